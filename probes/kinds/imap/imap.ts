import type { Socket } from 'node:net';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { politely } from '../../wire/frames.ts';
import { secure } from '../../wire/handshake.ts';
import { identityOf } from '../../wire/identity.ts';
import { askForTls, type Ended, type Imap, type Shown, speakImap, welcomed } from '../../wire/imap.ts';
import { type Login, loginOf, shownLineOf } from '../../wire/mail.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { mailboxName, quoted } from './words.ts';

const ports = { none: 143, starttls: 143, implicit: 993 } as const;

type At = { readonly notes: Notes; readonly shown: Shown };

/** What a server says that will not or cannot look at the login just now (RFC 5530 §3). */
const busy = /^\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b/i;
const refused = (what: string, { status, text }: Ended, shown: Shown): ProbeFailure =>
  new ProbeFailure(
    busy.test(text) ? 'rejected' : 'login-refused',
    `expected OK to ${what}, got ${status} ${shown(text)}`,
  );

const capabilities = async (imap: Imap, shown: Shown): Promise<ReadonlySet<string>> => {
  const { status, text, untagged } = await imap.ask('CAPABILITY');
  if (status !== 'OK') throw new ProbeFailure('rejected', `expected OK to CAPABILITY, got ${status} ${shown(text)}`);
  const told = untagged.find((line) => /^CAPABILITY /i.test(line));
  if (told === undefined) throw new ProbeFailure('protocol-error', 'expected capabilities, got an answer without them');
  const all = new Set(told.toUpperCase().split(/\s+/).slice(1));
  if (!all.has('IMAP4REV1') && !all.has('IMAP4REV2'))
    throw new ProbeFailure('unexpected-version', `expected IMAP4rev1 or rev2, got ${shown(told)}`);
  return all;
};

/** By SASL PLAIN (RFC 4616) where it is offered: it takes any letter. Else by LOGIN, unless that is forbidden. */
const logIn = async (imap: Imap, offered: ReadonlySet<string>, { user, password }: Login): Promise<Ended> => {
  const token = Buffer.from(`\0${user}\0${password}`, 'utf8').toString('base64');
  const shown = 'AUTHENTICATE PLAIN with a login';
  if (offered.has('AUTH=PLAIN'))
    return offered.has('SASL-IR')
      ? await imap.ask(`AUTHENTICATE PLAIN ${token}`, { shown })
      : await imap.ask('AUTHENTICATE PLAIN', { shown, more: token });
  if (offered.has('LOGINDISABLED'))
    throw new ProbeFailure('login-refused', 'expected a login to be offered, got LOGINDISABLED');
  const words = [quoted(user), quoted(password)];
  if (words.includes(null))
    throw new ProbeFailure('login-refused', 'expected AUTH=PLAIN for a login with other letters than ASCII, got none');
  return await imap.ask(`LOGIN ${words.join(' ')}`, { shown: 'LOGIN with a name and a password' });
};

/** Opened for reading only, so that nothing is marked as seen. */
const examine = async (imap: Imap, mailbox: string, { notes, shown }: At): Promise<void> => {
  const { status, text, untagged } = await imap.ask(`EXAMINE ${mailboxName(mailbox)}`);
  if (status !== 'OK')
    throw new ProbeFailure('query-failed', `expected the mailbox ${mailbox}, got ${status} ${shown(text)}`);
  const count = untagged.map((line) => /^(\d{1,10}) EXISTS$/i.exec(line)?.[1]).findLast((found) => found !== undefined);
  if (count === undefined)
    throw new ProbeFailure('protocol-error', 'expected how many messages exist, got an answer without it');
  notes.signal('messages', Number(count));
  notes.reach('transaction');
};

/** Leaves as the protocol asks; what a server says to that no longer matters. */
const logOut = async (imap: Imap, socket: Socket): Promise<void> => {
  await politely(imap.ask('LOGOUT'));
  socket.end();
};

/**
 * Is greeted, asks what the server can, asks for TLS, logs in and opens a mailbox where that is declared, and logs out.
 * A password goes over TLS alone unless the check allows otherwise.
 */
export const imap: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'imap');
    const login = loginOf(aim, options);
    const endpoint = endpointOf(aim.target, ports[options.tls]);
    const identity = identityOf(aim, options, endpoint.host);
    const at = { notes, shown: shownLineOf(aim) };
    const plain = await dial(endpoint, context, notes);
    let socket: Socket = options.tls === 'implicit' ? await secure(plain, identity, { context, notes }) : plain;
    notes.enter('processing');
    let talk = speakImap(socket, notes, at.shown);
    const greeting = await welcomed(talk, at.shown);
    if (options.tls === 'starttls') {
      await askForTls(talk, greeting, at.shown);
      socket = await secure(socket, identity, { context, notes });
      notes.enter('processing');
      talk = speakImap(socket, notes, at.shown);
    }
    // What was offered in plain counts no more (RFC 9051 §6.2.1): asked for only now.
    const offered = await capabilities(talk, at.shown);
    if (login !== null) {
      if (greeting.status === 'PREAUTH')
        throw new ProbeFailure('login-refused', 'expected to log in, got a server that takes us for somebody already');
      const ended = await logIn(talk, offered, login);
      if (ended.status !== 'OK') throw refused('a login', ended, at.shown);
      notes.reach('session');
    }
    if (options.mailbox !== undefined) await examine(talk, options.mailbox, at);
    await logOut(talk, socket);
  });
