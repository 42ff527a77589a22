import { expect, test } from 'vitest';
import { z } from 'zod';
import { mllp } from './mllp.ts';

const schema = z.strictObject(mllp.written);
type Written = Parameters<typeof mllp.normal>[0];
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
const message = (...segments: string[]) => ({ type: 'ADT^A08^ADT_A01', segments });

test.each<readonly [string, Written, readonly (string | number)[] | null]>([
  ['nothing at all', {}, null],
  ['an agreed patient and a place for him', { message: message('EVN|A08', 'PID|1'), patient: 'nancy' }, null],
  ['a place with an assigner', { message: message('PID|1||^^^CPR&1.2.208.176.1.2&ISO||Test'), patient: 'nancy' }, null],
  ['a patient without a message', { patient: 'nancy' }, ['message']],
  ['a patient without a place', { message: message('EVN|A08'), patient: 'nancy' }, ['message']],
  ['a patient with two places', { message: message('PID|1', 'PID|2'), patient: 'nancy' }, ['message']],
  ['a place that is taken', { message: message('PID|1||X1^^^CPR'), patient: 'nancy' }, ['message']],
  [
    'somebody nobody agreed to',
    { message: message('EVN|A08', 'PID|1||'), patient: undefined },
    ['message', 'segments', 1],
  ],
  ['his next of kin', { message: message('NK1|1|Berggren') }, ['message', 'segments', 0]],
  ['letters that ASCII has not', { sender: { application: 'SØN' } }, ['sender', 'application']],
  ['letters that 8859/1 has', { sender: { application: 'SØN' }, characters: '8859/1' }, null],
  [
    'letters that 8859/1 has not',
    { message: { type: 'ZFV', segments: ['ZFV|€'] }, characters: '8859/1' },
    ['message', 'segments', 0],
  ],
  ['a connection that says something', { level: 'connect', enhanced: 'accept' }, ['enhanced']],
  ['a certificate of our own without TLS', { client: { certificate: { env: 'C' }, key: { env: 'K' } } }, ['client']],
])('mllp: %s', (_, written, path) => {
  expect(schema.safeParse(written).success).toBe(true);
  expect(mllp.whole?.(written)?.map((wrong) => wrong.path) ?? []).toEqual(path === null ? [] : [path]);
});

test.each([
  ['a field in a name', { sender: { application: 'A|B' } }],
  ['a line end in a segment', { message: message('EVN|A08\rPID|1') }],
  ['a header of its own', { message: message('MSH|^~\\&|') }],
  ['a type that is none', { message: { type: 'adt' } }],
  ['a control prefix of digits', { controlPrefix: '123' }],
  ['a version that is none', { version: '3' }],
])('mllp: %s is refused', (_, written) => {
  expect(schema.safeParse(written).success).toBe(false);
});

test.each<readonly [Written, string]>([
  [{ level: 'connect' }, 'transport'],
  [{ level: 'connect', tls: true }, 'protocol'],
  [{}, 'protocol'],
  [{ message: message('EVN|A08') }, 'protocol'],
  [{ level: 'accepted' }, 'session'],
  [{ level: 'accepted', message: message('EVN|A08') }, 'transaction'],
  [{ level: 'accepted', message: message('EVN|A08'), enhanced: 'accept' }, 'session'],
  [{ level: 'accepted', message: message('EVN|A08'), enhanced: 'both' }, 'transaction'],
])('mllp: %j goes as deep as %s', (written, depth) => {
  const options = mllp.normal(written, patients);
  expect(mllp.depth(options)).toBe(depth);
  expect(mllp.deepest(options)).toBe(depth);
});
