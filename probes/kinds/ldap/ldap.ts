import type { Socket } from 'node:net';
import type { LdapOptions } from '../../../infra/landscape/kinds/ldap.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Aim, Probe, ProbeContext, Reason } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secure } from '../../wire/handshake.ts';
import { messages } from '../../wire/ldap/ber.ts';
import {
  type Answer,
  bindRequest,
  decodeAnswer,
  type Entry,
  named,
  type Result,
  unbindRequest,
} from '../../wire/ldap/message.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { startTls } from '../../wire/starttls.ts';
import { searchRequest } from './search.ts';

/** Bytes of a value that a pattern sees. */
const valueLimit = 4096;

type At = { readonly aim: Aim; readonly context: ProbeContext; readonly notes: Notes };

const failed = (reason: Reason, wanted: string, result: Result): ProbeFailure =>
  new ProbeFailure(reason, `expected ${wanted}, got ${named(result)}`);

/** Requests and answers of one connection, each with its number. */
const converse = (socket: Socket, notes: Notes) => {
  const ear = messages(socket);
  let id = 0;
  return {
    send: (make: (id: number) => Buffer, shown: string): void => {
      id += 1;
      notes.say(`> ${shown}`);
      socket.write(make(id));
    },
    next: async (): Promise<Answer> => {
      const answer = decodeAnswer(await ear.next());
      notes.reach('protocol');
      // A notice under number 0 is the server's word that it is leaving (RFC 4511 §4.4.1).
      if (answer.id === 0 && answer.is === 'extended') throw failed('rejected', 'to be served', answer.result);
      if (answer.id !== id)
        throw new ProbeFailure('mismatched-answer', `expected an answer to request ${id}, got one to ${answer.id}`);
      return answer;
    },
  };
};
type Talk = ReturnType<typeof converse>;

const bound = async (talk: Talk, notes: Notes): Promise<Result> => {
  const answer = await talk.next();
  if (answer.is !== 'bind') throw new ProbeFailure('protocol-error', 'expected the answer to a bind, got another');
  notes.say(`< bind: ${named(answer.result)} ${excerpt(answer.result.said)}`);
  return answer.result;
};

/** The connection on which the rest is said: plain, or TLS with a certificate that holds. */
const connected = async (options: LdapOptions, { aim, context, notes }: At): Promise<Socket> => {
  const endpoint = endpointOf(aim.target, options.tls === 'ldaps' ? 636 : 389);
  const plain = await dial(endpoint, context, notes);
  if (options.tls === 'none') return plain;
  if (options.tls === 'starttls') await startTls('ldap', plain, { notes });
  const identity = { name: options.serverName ?? endpoint.host, trusted: options.trusted ?? true };
  return await secure(plain, identity, { context, notes });
};

/** What a server that is too busy says; every other refusal of a bind is one of this login. */
const busy = new Set([1, 2, 51, 52, 80]);

const bind = async (talk: Talk, options: LdapOptions, { aim, notes }: At): Promise<void> => {
  const dn = options.bind === undefined ? '' : wordOf(aim, options.bind.dn);
  const password = options.bind === undefined ? '' : secretOf(aim, options.bind.password);
  // An empty password is an anonymous bind to many servers, and would be called a login (RFC 4513 §5.1.2).
  if (options.bind !== undefined && (dn === '' || password === ''))
    throw new ProbeFailure('could-not-run', 'expected a name and a password to bind with, got an empty one');
  talk.send(
    (id) => bindRequest(id, dn, password),
    options.bind === undefined ? 'bind, anonymous' : 'bind, with a name',
  );
  const result = await bound(talk, notes);
  if (result.code !== 0) throw failed(busy.has(result.code) ? 'rejected' : 'login-refused', 'a bind', result);
  if (options.bind !== undefined) notes.reach('session');
};

type Search = NonNullable<LdapOptions['search']>;
const counts = ({ attributes, values }: Search): ((entry: Entry) => boolean) => {
  const patterns = Object.entries(values).map(([name, source]) => [name.toLowerCase(), patternOf(source)] as const);
  const wanted = attributes.map((name) => name.toLowerCase());
  const of = (entry: Entry, name: string) => entry.attributes.get(name) ?? [];
  return (entry) =>
    wanted.every((name) => of(entry, name).length > 0) &&
    patterns.every(([name, pattern]) =>
      of(entry, name).some((value) => pattern.matcher(value.subarray(0, valueLimit).toString('utf8')).find()),
    );
};

const search = async (talk: Talk, asked: Search, { aim, notes }: At): Promise<void> => {
  const counted = counts(asked);
  const seconds = Math.max(1, Math.ceil(aim.check.timeoutMs / 1000));
  talk.send((id) => searchRequest(id, asked, seconds), `search ${asked.base} ${asked.scope} ${asked.filter}`);
  let entries = 0;
  let matching = 0;
  for (;;) {
    const answer = await talk.next();
    if (answer.is === 'done') {
      notes.say(`< done: ${named(answer.result)}, entries ${entries}, of which count ${matching}`);
      return judge({ result: answer.result, entries, matching }, asked, notes);
    }
    if (answer.is === 'reference') continue;
    if (answer.is !== 'entry') throw new ProbeFailure('protocol-error', 'expected an entry, got another answer');
    entries += 1;
    if (entries > asked.most)
      throw new ProbeFailure('answer-too-large', `expected at most ${asked.most} entries, got more`);
    if (counted(answer.entry)) matching += 1;
    notes.enter('transfer');
  }
};

/** Nothing of an entry is told: it may be a person. */
const judge = (
  { result, entries, matching }: { readonly result: Result; readonly entries: number; readonly matching: number },
  asked: Search,
  notes: Notes,
): void => {
  // The limit that was reached may be our own or the server's: what has come is then a part, and may be enough.
  const partial = result.code === 4;
  if (result.code !== 0 && !(partial && matching >= asked.atLeast)) throw failed('query-failed', 'entries', result);
  notes.signal('entries', entries);
  notes.signal('matching', matching);
  if (matching < asked.atLeast)
    throw new ProbeFailure(
      'unexpected-answer',
      `expected at least ${asked.atLeast} entries that count, got ${matching} of ${entries}`,
    );
  notes.reach('transaction');
  notes.asserted();
};

/**
 * Binds, with a name or anonymously, and searches when asked to. A password goes over TLS alone unless the check allows
 * otherwise.
 */
export const ldap: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'ldap');
    if (options.bind !== undefined && options.tls === 'none' && options.allowPlain !== true)
      throw new ProbeFailure(
        'could-not-run',
        "expected tls: 'starttls' or 'ldaps' for a bind with a password, or allowPlain: true",
      );
    const at = { aim, context, notes };
    const socket = await connected(options, at);
    const talk = converse(socket, notes);
    notes.enter('processing');
    await bind(talk, options, at);
    if (options.search !== undefined) await search(talk, options.search, at);
    talk.send(unbindRequest, 'unbind');
  });
