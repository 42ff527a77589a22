import { type Answer, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../wire/dns/message.ts';
import { readName, writeName } from '../../wire/dns/names.ts';
import { recordText, serialOf, shortText } from './records.ts';

const wire = (answers: readonly Answer[]): Buffer => encode({ type: 'response', id: 1, answers: [...answers] });
const raw = (type: number, data: string, name = 'x.example'): Answer => ({
  type: `UNKNOWN_${type}` as 'NULL',
  name,
  ttl: 60,
  data: Buffer.from(data, 'hex'),
});
const recordIn = (answer: Answer) => {
  const [record] = readMessage(wire([answer])).answer;
  if (record === undefined) throw new Error('expected a record');
  return record;
};
const dataOf = (answer: Answer): string | undefined => recordText(recordIn(answer)).split('\t')[4];

describe('records as text', () => {
  // As miekg/dns, and so blackbox_exporter, writes them.
  test.each<[string, Answer, string]>([
    ['A', { type: 'A', name: 'x.example', data: '10.0.0.1' }, '10.0.0.1'],
    ['AAAA', { type: 'AAAA', name: 'x.example', data: '2001:db8:0:0:1:0:0:1' }, '2001:db8::1:0:0:1'],
    ['AAAA that is IPv4', raw(28, `${'00'.repeat(10)}ffff0a010203`), '::ffff:10.1.2.3'],
    ['TXT', { type: 'TXT', name: 'x.example', data: ['a "q" \\', '', 'ø'] }, '"a \\"q\\" \\\\" "" "\\195\\184"'],
    ['DS', raw(43, '30390d020123abcd'), '12345 13 2 0123ABCD'],
    ['SSHFP', raw(44, '0101abcd'), '1 1 ABCD'],
    ['TLSA', raw(52, '030101abcd'), '3 1 1 abcd'],
    ['DNSKEY', raw(48, '0101030d01020304'), '257 3 13 AQIDBA=='],
    ['NSEC', raw(47, '0161076578616d706c6500 00024001 010180'.replaceAll(' ', '')), 'a.example. A MX URI'],
    ['NSEC3', raw(50, '0100000a02aabb0501020304050001 40'.replaceAll(' ', '')), '1 0 10 AABB 04106105 A'],
    ['NSEC3PARAM without salt', raw(51, '0100000a00'), '1 0 10 -'],
    [
      'RRSIG',
      raw(46, '0001080200000e107fffffff000000003039076578616d706c650001020304'),
      'A 8 2 3600 20380119031407 19700101000000 12345 example. AQIDBA==',
    ],
    ['CAA', raw(257, '00056973737565612e62'), '0 issue "a.b"'],
    ['HTTPS', raw(65, '00010000010003026832000300020 1bb'.replace(' ', '')), '1 . alpn="h2" port="443"'],
    ['a type without a form of its own', raw(65_280, '01020304'), '\\# 4 01020304'],
  ])('%s', (_, answer, expected) => {
    expect(dataOf(answer)).toBe(expected);
  });
  test('name, time to live, class and type stand before, with tabs', () => {
    expect(recordText(recordIn({ type: 'A', name: 'x.example', ttl: 7, class: 'CH', data: '10.0.0.1' }))).toBe(
      'x.example.\t7\tCH\tA\t10.0.0.1',
    );
    expect(recordText(recordIn(raw(65_280, '')))).toBe('x.example.\t60\tIN\tTYPE65280\t\\# 0 ');
  });
  test('a person writes a name without its last dot', () => {
    expect(shortText(recordIn({ type: 'A', name: 'x.example', data: '10.0.0.1' }))).toBe('x.example A 10.0.0.1');
  });
  test('the serial is that of the SOA', () => {
    const soa = { mname: 'a', rname: 'b', serial: 4_000_000_000, refresh: 1, retry: 2, expire: 3, minimum: 4 };
    expect(serialOf([recordIn({ type: 'SOA', name: 'example', data: soa })])).toBe(4_000_000_000);
    expect(serialOf([recordIn({ type: 'A', name: 'example', data: '10.0.0.1' })])).toBeNull();
  });
  test.each([
    ['too short', raw(1, '0a0000')],
    ['too long', raw(1, '0a00000100')],
    ['a name that runs over', raw(2, '0561')],
    ['a text that runs over', raw(16, '0561')],
  ])('data that are %s are refused', (_, answer) => {
    expect(() => recordText(recordIn(answer))).toThrow(/expected a DNS (record|name)/);
  });
});

describe('names', () => {
  test.each([
    ['example', 'example.'],
    ['example.', 'example.'],
    ['.', '.'],
    ['a b;c.example', 'a\\ b\\;c.example.'],
    ['a\\.b.example', 'a\\.b.example.'],
    ['\\000\\255.example', '\\000\\255.example.'],
    ['sygehus-ærø.example', 'xn--sygehus-r-n3a3r.example.'],
  ])('%j goes over the wire as %j', (written, read) => {
    expect(readName(writeName(written), 0).name).toBe(read);
  });
  test('every name that can be read can be written again', () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), (labels) => {
        const bytes = Buffer.concat([...labels.flatMap((one) => [Buffer.from([one.length]), one]), Buffer.from([0])]);
        const { name, next } = readName(bytes, 0);
        expect(next).toBe(bytes.length);
        // A backslash before a dot is the one thing that is not told apart.
        if (!name.includes('\\\\.')) expect(writeName(name).equals(bytes)).toBe(true);
      }),
    );
  });
  test('a pointer that leads to itself ends', () => {
    expect(() => readName(Buffer.from([0xc0, 0x00]), 0)).toThrow('a pointer');
  });
});

describe('hostile messages', () => {
  const soa = { mname: 'ns.example', rname: 'root.example', serial: 42, refresh: 1, retry: 2, expire: 3, minimum: 4 };
  const whole = wire([
    { type: 'A', name: 'epj.example', ttl: 60, data: '10.0.0.1' },
    { type: 'SOA', name: 'epj.example', ttl: 60, data: soa },
    { type: 'MX', name: 'epj.example', ttl: 5, data: { preference: 10, exchange: 'mail.example' } },
    { type: 'TXT', name: 'epj.example', ttl: 5, data: ['a', 'two'] },
    raw(47, '0161076578616d706c65000006400000080003'),
    raw(65, '00010000010003026832'),
  ]);
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), fc.nat(whole.length))
    .map(([flips, length]) => {
      const bytes = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  test('any bytes are a message or none, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 600 }).map(Buffer.from)), (bytes) => {
        try {
          const { answer, authority, additional } = readMessage(bytes);
          for (const record of [...answer, ...authority, ...additional]) recordText(record);
        } catch (error) {
          expect(error).toMatchObject({ reason: 'protocol-error' });
        }
      }),
      { numRuns: 3000 },
    );
  });
  test('a long chain of pointers costs no more than its length', () => {
    const bytes = Buffer.alloc(65_535);
    bytes.writeUInt16BE(0x8000, 2);
    let at = 12;
    let records = 1;
    bytes.writeUInt16BE(65_280, at + 1);
    let last = at + 11;
    for (at = last + 1; at < 16_380; at += 2) {
      bytes.writeUInt16BE(0xc000 | last, at);
      last = at;
    }
    bytes.writeUInt16BE(at - 23, 21);
    for (; at + 14 <= bytes.length; at += 14, records += 1) {
      bytes.writeUInt16BE(0xc000 | last, at);
      bytes.writeUInt16BE(2, at + 2);
      bytes.writeUInt16BE(2, at + 10);
      bytes.writeUInt16BE(0xc000 | last, at + 12);
    }
    bytes.writeUInt16BE(records, 6);
    const began = performance.now();
    expect(() => readMessage(bytes)).toThrow('a pointer');
    expect(performance.now() - began).toBeLessThan(100);
  });
});
