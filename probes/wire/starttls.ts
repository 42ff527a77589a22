import type { Socket } from 'node:net';
import { excerpt } from '../discretion/redact.ts';
import { kilobytes, listen } from './dialogue.ts';
import { ProbeFailure } from './failure.ts';
import * as imapTalk from './imap.ts';
import { messages } from './ldap/ber.ts';
import { decodeAnswer, named, startTlsRequest } from './ldap/message.ts';
import type { Notes } from './measure.ts';
import * as smtpTalk from './smtp.ts';

type At = { readonly notes: Notes };
type Prelude = (socket: Socket, at: At) => Promise<void>;

const smtp: Prelude = async (socket, { notes }) => {
  const talk = smtpTalk.speakSmtp(socket, notes);
  await smtpTalk.greeted(talk);
  await smtpTalk.askForTls(talk, await smtpTalk.hello(talk, smtpTalk.literalOf(socket)));
};

const imap: Prelude = async (socket, { notes }) => {
  const talk = imapTalk.speakImap(socket, notes);
  await imapTalk.askForTls(talk, await imapTalk.welcomed(talk));
};

/** RFC 2595 §4. */
const pop3: Prelude = async (socket, { notes }) => {
  const ear = listen(socket, { unread: 4 * kilobytes, all: 8 * kilobytes });
  const answer = async (what: string): Promise<{ readonly ok: boolean; readonly said: string }> => {
    const said = await ear.line(what);
    if (!/^(?:\+OK|-ERR)(?: |$)/i.test(said))
      throw new ProbeFailure('protocol-error', `expected ${what}, got "${excerpt(said)}"`);
    notes.reach('protocol');
    notes.say(`< ${excerpt(said)}`);
    return { ok: said.startsWith('+'), said };
  };
  const greeting = await answer('a greeting +OK');
  if (!greeting.ok) throw new ProbeFailure('rejected', `expected a greeting +OK, got ${excerpt(greeting.said)}`);
  notes.say('> STLS');
  socket.write('STLS\r\n');
  const { ok, said } = await answer('+OK to STLS');
  if (!ok) throw new ProbeFailure('tls-not-offered', `expected +OK to STLS, got ${excerpt(said)}`);
  ear.release();
};

/** One byte answers the request for TLS (PostgreSQL, "Message Flow", SSL session encryption). */
const postgres: Prelude = async (socket, { notes }) => {
  const ear = listen(socket, { unread: kilobytes, all: 2 * kilobytes });
  notes.say('> SSLRequest');
  socket.write(Buffer.from('0000000804d2162f', 'hex'));
  const said = (await ear.bytes(1, 'S or N to a request for TLS')).toString('latin1');
  if (!'SNE'.includes(said))
    throw new ProbeFailure('protocol-error', `expected S or N to a request for TLS, got "${excerpt(said)}"`);
  notes.reach('protocol');
  notes.say(`< ${said}`);
  if (said === 'E') throw new ProbeFailure('rejected', 'expected TLS, got an error');
  if (said === 'N') throw new ProbeFailure('tls-not-offered', 'expected TLS, got a server that has none');
  ear.release();
};

/** RFC 4511 §4.14. */
const ldap: Prelude = async (socket, { notes }) => {
  const ear = messages(socket);
  notes.say('> StartTLS');
  socket.write(startTlsRequest(1));
  const answer = decodeAnswer(await ear.next());
  if (answer.is !== 'extended')
    throw new ProbeFailure('protocol-error', 'expected an answer to StartTLS, got another answer');
  notes.reach('protocol');
  notes.say(`< ${named(answer.result)} ${excerpt(answer.result.said)}`);
  if (answer.id !== 1)
    throw new ProbeFailure(
      answer.id === 0 ? 'rejected' : 'mismatched-answer',
      `expected an answer to StartTLS, got ${answer.id === 0 ? named(answer.result) : 'one to another request'}`,
    );
  if (answer.result.code !== 0)
    throw new ProbeFailure('tls-not-offered', `expected StartTLS, got ${named(answer.result)}`);
  ear.release();
};

const preludes = { smtp, imap, pop3, postgres, ldap } as const satisfies Readonly<Record<string, Prelude>>;
export type StartTls = keyof typeof preludes;

/**
 * Says in plain text what a protocol wants said before TLS, and gives the connection back ready for `secure()`. A server
 * that has no TLS is `tls-not-offered`; a word too many in plain is a `protocol-error`, for it could be someone else's.
 */
export const startTls = async (protocol: StartTls, socket: Socket, at: At): Promise<Socket> => {
  at.notes.enter('processing');
  await preludes[protocol](socket, at);
  return socket;
};
