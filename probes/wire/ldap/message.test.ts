import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbeFailure } from '../failure.ts';
import { element, elementsIn, integer, integerOf, octets } from './ber.ts';
import { bindRequest, decodeAnswer, startTlsRequest } from './message.ts';

test('a bind and a request for TLS are as RFC 4511 has them', () => {
  expect(bindRequest(1, '', '').toString('hex')).toBe('300c020101600702010304008000');
  expect(startTlsRequest(1).toString('hex')).toBe('301d02010177188016312e332e362e312e342e312e313436362e3230303337');
});

const named = (read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ProbeFailure);
  }
};

test('numbers are read back, and take no more bytes than they must', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (value) => {
      const [read] = elementsIn(integer(value));
      expect(read === undefined ? -1 : integerOf(read)).toBe(value);
    }),
  );
});

test('elements of any size are read back', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (parts) => {
      const read = elementsIn(Buffer.concat(parts.map((part) => octets(Buffer.from(part)))));
      expect(read.map(({ content }) => Buffer.from(content))).toEqual(parts.map((part) => Buffer.from(part)));
    }),
  );
});

const entry = element(
  0x64,
  octets('uid=a,dc=example'),
  element(0x30, element(0x30, octets('uid'), element(0x31, octets('a'), octets('b')))),
);
const captures = [
  Buffer.concat([integer(1), element(0x61, integer(49, 0x0a), octets(''), octets('no'), octets('ldap://x', 0xa3))]),
  Buffer.concat([integer(2), entry]),
  Buffer.concat([integer(2), element(0x65, integer(0, 0x0a), octets(''), octets(''))]),
  Buffer.concat([integer(3), element(0x78, integer(0, 0x0a), octets(''), octets(''), octets('1.3.6', 0x8a))]),
];
test('an answer is read', () => {
  expect(captures.map((capture) => decodeAnswer(capture))).toMatchObject([
    { is: 'bind', id: 1, result: { code: 49, said: 'no' } },
    { is: 'entry', id: 2, entry: { attributes: new Map([['uid', [Buffer.from('a'), Buffer.from('b')]]]) } },
    { is: 'done', id: 2, result: { code: 0 } },
    { is: 'extended', id: 3, name: '1.3.6' },
  ]);
});
test('whatever bytes come, they are an answer or named as none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => named(() => decodeAnswer(Buffer.from(bytes)))),
    { numRuns: 2000 },
  );
  const change = fc.tuple(fc.nat(200), fc.nat(255), fc.constantFrom('set', 'drop', 'add'));
  fc.assert(
    fc.property(fc.constantFrom(...captures), fc.array(change, { minLength: 1, maxLength: 6 }), (capture, changes) => {
      const bytes = [...capture];
      for (const [at, value, how] of changes)
        bytes.splice(at % bytes.length, how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [value]));
      named(() => decodeAnswer(Buffer.from(bytes)));
    }),
    { numRuns: 3000 },
  );
});
test('no beginning of an answer passes for the whole', () => {
  for (const capture of captures)
    for (let length = 0; length < capture.length; length += 1)
      expect(() => decodeAnswer(capture.subarray(0, length)), `${length}`).toThrow(ProbeFailure);
});
