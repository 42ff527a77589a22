import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Shown } from '../../discretion/shown.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';

export type Wish = {
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  readonly subprotocols: readonly string[];
  /** Whether somebody logs in: what a refusal is called. */
  readonly login: boolean;
};

/** RFC 6455 §1.3 */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

const headerOf = (answer: IncomingMessage, name: string): string => {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
};

const said = (answer: IncomingMessage, notes: Notes, shown: Shown): void => {
  notes.reach('protocol');
  notes.say(`< ${answer.statusCode} ${shown(answer.statusMessage ?? '')}`);
  for (const [name, value] of Object.entries(answer.headers)) notes.say(`< ${name}: ${shown(String(value))}`);
};

const refused = (answer: IncomingMessage, { login }: Wish): ProbeFailure => {
  const status = answer.statusCode ?? 0;
  const reason = login && (status === 401 || status === 403) ? 'login-refused' : 'unexpected-status';
  return new ProbeFailure(reason, `expected status 101, got ${status}`);
};

const holdUpgrade = (answer: IncomingMessage, key: string, { subprotocols }: Wish, shown: Shown): void => {
  const wrong = (what: string, name: string) => {
    const value = headerOf(answer, name);
    return new ProbeFailure(
      'protocol-error',
      `expected ${what} as ${name}, got ${value === '' ? 'none' : shown(value)}`,
    );
  };
  if (headerOf(answer, 'upgrade').toLowerCase() !== 'websocket') throw wrong('websocket', 'upgrade');
  if (headerOf(answer, 'sec-websocket-accept') !== acceptOf(key))
    throw wrong('the answer to our key', 'sec-websocket-accept');
  if (headerOf(answer, 'sec-websocket-extensions') !== '') throw wrong('none', 'sec-websocket-extensions');
  const chosen = headerOf(answer, 'sec-websocket-protocol');
  if (chosen !== '' && !subprotocols.includes(chosen)) throw wrong('one that was offered', 'sec-websocket-protocol');
  if (chosen === '' && subprotocols.length > 0)
    throw new ProbeFailure('unexpected-answer', `expected one of ${subprotocols.join(', ')} as subprotocol, got none`);
};

/** Node says ECONNRESET without a system call when the peer only closed. */
const leaving = (error: NodeJS.ErrnoException): Error =>
  error.code === 'ECONNRESET' && error.syscall === undefined
    ? new ProbeFailure('closed-early', 'expected an answer, got a closed connection', error)
    : error;

/** Asks to speak WebSocket from here on; afterwards the socket is at the first byte of the first frame. */
export const upgrade = async (socket: Socket, wish: Wish, notes: Notes, shown: Shown): Promise<void> => {
  const { url, headers, subprotocols } = wish;
  const key = randomBytes(16).toString('base64');
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const all: readonly (readonly [string, string])[] = [
    ...(given.has('host') ? [] : [['host', url.host] as const]),
    ...(given.has('user-agent') ? [] : [['user-agent', 'Forvarsel'] as const]),
    ...headers,
    ['connection', 'Upgrade'],
    ['upgrade', 'websocket'],
    ['sec-websocket-version', '13'],
    ['sec-websocket-key', key],
    ...(subprotocols.length === 0 ? [] : [['sec-websocket-protocol', subprotocols.join(', ')] as const]),
  ];
  notes.say(`> GET ${url.pathname}${url.search}, headers: ${all.map(([name]) => name).join(', ')}`);
  await new Promise<void>((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: all.flat(),
      maxHeaderSize: 64 * 1024,
    });
    notes.hold(() => asked.destroy());
    const answered = (answer: IncomingMessage, done: () => void): void => {
      said(answer, notes, shown);
      const status = answer.statusCode ?? 0;
      notes.fact('websocket', { status, upgraded: false });
      try {
        if (status !== 101) throw refused(answer, wish);
        holdUpgrade(answer, key, wish, shown);
        notes.fact('websocket', { status, upgraded: true });
        done();
      } catch (error) {
        reject(error);
      }
    };
    asked.on('error', (error) => reject(leaving(error)));
    asked.on('response', (answer) => {
      // Nobody reads its body: the connection is closed when the attempt ends.
      answer.on('error', () => undefined);
      answered(answer, () => reject(new ProbeFailure('protocol-error', 'expected an upgrade, got 101 without one')));
    });
    asked.on('upgrade', (answer, _, head) =>
      answered(answer, () => {
        if (head.length > 0) socket.unshift(head);
        resolve();
      }),
    );
    asked.end();
  });
};
