import type { Socket } from 'node:net';
import type { SmtpOptions } from '../../../infra/landscape/kinds/smtp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Aim, Probe } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { politely } from '../../wire/frames.ts';
import { secure } from '../../wire/handshake.ts';
import { identityOf } from '../../wire/identity.ts';
import { type Login, loginOf, shownLineOf } from '../../wire/mail.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import {
  askForTls,
  type Extensions,
  greeted,
  hello,
  literalOf,
  type Reply,
  refusal,
  type Shown,
  type Smtp,
  speakSmtp,
} from '../../wire/smtp.ts';

const ports = { none: 25, starttls: 25, implicit: 465 } as const;

/** What says that the server could not look at the login just now; every other refusal is one of the login. */
const busy = new Set([421, 432, 450, 451, 452, 454]);
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Who asks out of turn, or lets us in before all was said, has not looked at the login at all. */
const refusedBy = ({ code }: Reply): ProbeFailure['reason'] => {
  if (busy.has(code)) return 'rejected';
  return code >= 400 ? 'login-refused' : 'protocol-error';
};

type Session = { readonly smtp: Smtp; readonly extensions: Extensions };
type At = { readonly aim: Aim; readonly notes: Notes; readonly shown: Shown };

/** SASL by PLAIN (RFC 4616) where it is offered, else by LOGIN, which asks for the two one by one. */
const authenticate = async (
  { smtp, extensions }: Session,
  { user, password }: Login,
  { shown }: At,
): Promise<Reply> => {
  const offered = extensions.get('AUTH') ?? [];
  if (offered.includes('PLAIN'))
    return await smtp.ask(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, 'AUTH PLAIN with a login');
  if (!offered.includes('LOGIN'))
    throw new ProbeFailure(
      'login-refused',
      `expected AUTH PLAIN or LOGIN to be offered, got ${offered.length === 0 ? 'none' : offered.join(' ')}`,
    );
  const demand = (what: string, reply: Reply): void => {
    if (reply.code !== 334) throw refusal(refusedBy(reply), `334 that asks for ${what}`, reply, shown);
  };
  demand('a name', await smtp.ask('AUTH LOGIN'));
  demand('a password', await smtp.ask(base64(user), 'a name'));
  return await smtp.ask(base64(password), 'a password');
};

const logIn = async (session: Session, login: Login, at: At): Promise<void> => {
  const reply = await authenticate(session, login, at);
  if (reply.code !== 235) throw refusal(refusedBy(reply), '235 to a login', reply, at.shown);
  at.notes.reach('session');
};

/** Leaves as the protocol asks; what a server says to that no longer matters. */
const quit = async (smtp: Smtp, socket: Socket): Promise<void> => {
  await politely(smtp.ask('QUIT'));
  socket.end();
};

const nameOf = ({ hello: own }: SmtpOptions, socket: Socket): string => own ?? literalOf(socket);

/**
 * Is greeted, says EHLO, asks for TLS and logs in where that is declared, and quits. No mail is sent, and a password goes
 * over TLS alone unless the check allows otherwise.
 */
export const smtp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'smtp');
    const login = loginOf(aim, options);
    const endpoint = endpointOf(aim.target, ports[options.tls]);
    const identity = identityOf(aim, options, endpoint.host);
    const at = { aim, notes, shown: shownLineOf(aim) };
    const plain = await dial(endpoint, context, notes);
    // A name that is told must not change when TLS begins.
    const name = nameOf(options, plain);
    let socket: Socket = options.tls === 'implicit' ? await secure(plain, identity, { context, notes }) : plain;
    notes.enter('processing');
    let talk = speakSmtp(socket, notes, at.shown);
    await greeted(talk, at.shown);
    let extensions = await hello(talk, name, at.shown);
    if (options.tls === 'starttls') {
      await askForTls(talk, extensions, at.shown);
      socket = await secure(socket, identity, { context, notes });
      notes.enter('processing');
      talk = speakSmtp(socket, notes, at.shown);
      // What was offered in plain counts no more (RFC 3207 §4.2).
      extensions = await hello(talk, name, at.shown);
    }
    if (login !== null) await logIn({ smtp: talk, extensions }, login, at);
    await quit(talk, socket);
  });
