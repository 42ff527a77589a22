import type { Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { SqlOptions } from '../../../infra/landscape/kinds/sql.ts';
import type { Aim } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, type Stand, tcpStand } from '../../testing/servers.ts';
import { sql } from './sql.ts';

const base: SqlOptions = {
  engine: 'postgres',
  user: 'probe',
  password: { env: 'PASSWORD' },
  tls: 'none',
  allowPlain: false,
  columns: {},
};
const aimOf = (options: Partial<SqlOptions>, target: string, timeoutMs = 500): Aim => ({
  check: checkOf('sql', { ...base, ...options }, { timeoutMs }),
  target,
  secrets: { 'env:PASSWORD': 'kat-på-taget' },
});

for (const engine of ['postgres', 'mysql'] as const)
  holdContract({
    kind: 'sql',
    probe: sql,
    wire: 'tcp',
    aim: (endpoint, timeoutMs = 300) => aimOf({ engine }, endpoint, timeoutMs),
    reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
    speaksFirst: engine === 'mysql',
  });

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
const ask = async (options: Partial<SqlOptions>, server: (socket: Socket) => void, timeoutMs = 500) => {
  const stand = await tcpStand((socket) => {
    socket.on('error', () => undefined);
    server(socket);
  });
  stands.push(stand);
  const seen = await sql(aimOf(options, stand.target, timeoutMs), contextHere()(AbortSignal.timeout(timeoutMs)));
  expect(JSON.stringify(seen)).not.toContain('kat-på-taget');
  return seen;
};

/** A message of PostgreSQL: a letter, a length that counts itself, a body. */
const message = (type: string, body: Buffer = Buffer.alloc(0)): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (...parts: string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''));
const granted = Buffer.concat([
  message('R', int32(0)),
  message('S', text('server_version', '15.1')),
  message('K', Buffer.concat([int32(7), int32(8)])),
  message('Z', Buffer.from('I')),
]);
const done = Buffer.concat([message('C', text('BEGIN')), message('C', text('SET')), message('Z', Buffer.from('T'))]);
const column = Buffer.concat([text('waiting'), Buffer.from('000000000000000000170004ffffffff0000', 'hex')]);
const result = Buffer.concat([
  message('1'),
  message('2'),
  message('T', Buffer.concat([Buffer.from('0001', 'hex'), column])),
  message('D', Buffer.concat([Buffer.from('0001', 'hex'), int32(2), Buffer.from('42')])),
  message('C', text('SELECT 1')),
  message('Z', Buffer.from('T')),
]);
/** Answers one after another, whatever is asked. */
const saying =
  (...answers: readonly Buffer[]) =>
  (socket: Socket): void => {
    let at = 0;
    socket.on('data', () => {
      const next = answers[at];
      at += 1;
      if (next !== undefined) socket.write(next);
    });
  };
const error = (code: string): Buffer =>
  message('E', text('SFATAL', 'VFATAL', `C${code}`, 'Mthe patient 010190-1234 is not there', ''));

/** A packet of MySQL: its length, its number, a body. */
const packet = (number: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = number;
  return Buffer.concat([head, body]);
};
const greetingOf = (plugin: string, tls: boolean): Buffer =>
  packet(
    0,
    Buffer.concat([
      Buffer.from([10]),
      text('10.11.2-MariaDB'),
      Buffer.from('07000000', 'hex'),
      text('12345678'),
      Buffer.from(tls ? 'fef7' : 'fef7'.replace('f7', 'f7'), 'hex').map((byte, index) =>
        index === 1 ? (tls ? byte | 0x08 : byte & ~0x08) : byte,
      ),
      Buffer.from('210200ff8115', 'hex'),
      Buffer.alloc(10),
      text('123456789012'),
      text(plugin),
    ]),
  );
const ok = (number: number): Buffer => packet(number, Buffer.from('00000002000000', 'hex'));
const refused = (number: number, code: number): Buffer =>
  packet(number, Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from('#08004sorry')]));
const greeting =
  (first: Buffer, ...answers: readonly Buffer[]) =>
  (socket: Socket): void => {
    socket.write(first);
    saying(...answers)(socket);
  };

const bad = (reason: string, said: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message: said });
const unable = { outcome: 'unknown', reason: 'could-not-run' };
const asking: Partial<SqlOptions> = { query: 'SELECT 42 AS waiting', columns: { waiting: { equals: 42 } } };
const plainMy: Partial<SqlOptions> = { engine: 'mysql' };

type Row = readonly [string, Partial<SqlOptions>, (socket: Socket) => void, object];
const rows: readonly Row[] = [
  [
    'a login, a transaction, a query',
    asking,
    saying(granted, done, result),
    { outcome: 'good', signals: { waiting: 42 } },
  ],
  [
    'a code is told, and nothing else of what the server says',
    {},
    saying(error('57P03')),
    bad('rejected', 'expected a login, got 57P03 (it is starting up or not ready)'),
  ],
  ['a code nobody knows', {}, saying(granted, error('XX000')), bad('query-failed', expect.stringContaining('XX000'))],
  ['a message that is none', {}, saying(granted, message('?')), bad('protocol-error')],
  ['a message of any size', {}, saying(granted, Buffer.from('447fffffff', 'hex')), bad('answer-too-large')],
  ['a length below its own', {}, saying(Buffer.from('520000000300000000', 'hex')), bad('protocol-error')],
  [
    'a row that ends too early',
    asking,
    saying(
      granted,
      done,
      Buffer.concat([message('1'), message('2'), message('T', column.subarray(0, 6)), message('D', int32(-1))]),
    ),
    bad('protocol-error'),
  ],
  ['a password in plain that is not to be given', {}, saying(message('R', int32(3))), unable],
  ['no TLS', { tls: 'verify' }, saying(Buffer.from('N')), bad('tls-not-offered')],
  ['an error instead of TLS', { tls: 'verify' }, saying(error('53300')), bad('rejected')],
  [
    'more than an answer before TLS',
    { tls: 'verify' },
    saying(Buffer.concat([Buffer.from('S'), granted])),
    bad('protocol-error'),
  ],
  ['something else than an answer', { tls: 'verify' }, saying(Buffer.from('X')), bad('protocol-error')],
  [
    'a statement that would write is not sent',
    { query: 'DELETE FROM t' },
    saying(granted, done, result),
    { ...unable, message: 'expected one statement that reads' },
  ],
  [
    'a login at MariaDB',
    plainMy,
    greeting(greetingOf('mysql_native_password', false), ok(2), ok(1), ok(1)),
    { outcome: 'good' },
  ],
  [
    'too many connections, before any greeting',
    plainMy,
    (socket) => void socket.write(refused(0, 1040)),
    bad('rejected'),
  ],
  [
    'a greeting of another version',
    plainMy,
    (socket) => void socket.write(packet(0, Buffer.from('0900', 'hex'))),
    bad('protocol-error'),
  ],
  [
    'no TLS at MariaDB',
    { engine: 'mysql', tls: 'verify' },
    greeting(greetingOf('mysql_native_password', false)),
    bad('tls-not-offered'),
  ],
  ...[1, 2].map(
    (number): Row => [
      `a login granted in plain before TLS is no login (${number})`,
      { engine: 'mysql', tls: 'require' },
      (socket) => void socket.write(Buffer.concat([greetingOf('mysql_native_password', true), ok(number)])),
      bad('protocol-error', expect.stringContaining('after the greeting')),
    ],
  ),
  [
    'a packet out of its turn',
    plainMy,
    greeting(greetingOf('mysql_native_password', false), ok(5)),
    bad('protocol-error', 'expected MySQL, got something else'),
  ],
  [
    'a last word before it hangs up',
    {},
    (socket) => void socket.once('data', () => socket.end(error('53300'))),
    bad('rejected'),
  ],
  ['and the first one', plainMy, (socket) => void socket.end(refused(0, 1040)), bad('rejected')],
  [
    'a way of logging in that gives the password away',
    plainMy,
    greeting(
      greetingOf('mysql_native_password', false),
      packet(2, Buffer.concat([Buffer.from([0xfe]), text('caching_sha2_password', '12345678901234567890')])),
    ),
    unable,
  ],
  [
    'a server that cannot limit a statement is not asked',
    plainMy,
    greeting(greetingOf('mysql_native_password', false), ok(2), refused(1, 1193), refused(1, 1193)),
    unable,
  ],
  [
    'MySQL has another name for the limit',
    plainMy,
    greeting(greetingOf('mysql_native_password', false), ok(2), refused(1, 1193), ok(1), ok(1)),
    { outcome: 'good' },
  ],
];
test.each(rows)('%s', async (_, options, server, expected) => {
  expect(await ask(options, server)).toMatchObject(expected);
});

test('whatever a server says, a run ends as a run', async () => {
  const captures = [
    { engine: 'postgres' as const, first: Buffer.alloc(0), answers: [granted, done, result] },
    { engine: 'mysql' as const, first: greetingOf('mysql_native_password', false), answers: [ok(2), ok(1), ok(1)] },
  ];
  const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'add'));
  const changed = (bytes: Buffer, changes: readonly (readonly [number, number, string])[]): Buffer => {
    const made = [...bytes];
    for (const [at, value, how] of changes)
      made.splice(at % Math.max(1, made.length), how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [value]));
    return Buffer.from(made);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...captures),
      fc.nat(3),
      fc.array(change, { minLength: 1, maxLength: 5 }),
      async ({ engine, first, answers }, which, changes) => {
        const bent = answers.map((answer, index) => (index === which ? changed(answer, changes) : answer));
        const begun = which === 3 ? changed(first, changes) : first;
        const seen = await ask({ ...asking, engine }, greeting(begun, ...bent), 60);
        if (seen.outcome === 'good') expect(seen.signals['waiting']).toBe(42);
      },
    ),
    { numRuns: 120 },
  );
}, 30_000);
