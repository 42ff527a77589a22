import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFilter } from '../../../infra/landscape/kinds/ldap-filter.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { element, elementsIn, integer, integerOf, octets } from './ber.ts';
import { bindRequest, decodeAnswer, encodeFilter, searchRequest, startTlsRequest } from './protocol.ts';

const filterHex = (text: string): string => {
  const filter = parseFilter(text);
  if (filter === null) throw new Error(`expected a filter, got ${text}`);
  return encodeFilter(filter).toString('hex');
};

// As OpenLDAP's ldapsearch sends them.
test.each([
  ['(objectClass=*)', '870b6f626a656374436c617373'],
  ['(uid=a)', 'a3080403756964040161'],
  ['(cn~=a)', 'a8070402636e040161'],
  ['(!(n>=1))', 'a208a50604016e040131'],
  ['(&(a=1)(|(b<=2)(c=3)))', 'a01aa306040161040131a110a606040162040132a306040163040133'],
  ['(a=i*m*m*f)', 'a411040161300c80016981016d81016d820166'],
  ['(a=*f)', 'a4080401613003820166'],
  [String.raw`(a=\2a\00)`, 'a30704016104022a00'],
  ['(a=å)', 'a3070401610402c3a5'],
  ['(a:dn:2.5.13.5:=x)', 'a9138108322e352e31332e358201618301788401ff'],
  ['(:2.5.13.5:=x)', 'a90d8108322e352e31332e35830178'],
])('%s is sent as it should be', (text, hex) => expect(filterHex(text)).toBe(hex));

test('requests are as RFC 4511 has them', () => {
  expect(bindRequest(1, '', '').toString('hex')).toBe('300c020101600702010304008000');
  expect(startTlsRequest(1).toString('hex')).toBe('301d02010177188016312e332e362e312e342e312e313436362e3230303337');
  const asked = {
    base: '',
    scope: 'base' as const,
    filter: '(a=*)',
    attributes: [],
    values: {},
    atLeast: 1,
    most: 300,
  };
  expect(searchRequest(2, asked, 5).toString('hex')).toBe(
    '3021020102631c04000a01000a01000202012c02010501010087016130050403312e31',
  );
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
