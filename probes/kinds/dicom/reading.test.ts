import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbeFailure } from '../../wire/failure.ts';
import { answerIn, elementIn, studyQuery, textIn } from './dimse.ts';
import { acceptanceIn, associateRequest, dataOf, fragmentsIn, type Pdu, pdu } from './pdu.ts';
import { createPdus } from './stream.ts';
import { abortText, rejectionText } from './words.ts';

const limit = 64 * 1024;
type Read = { readonly pdus: readonly Pdu[]; readonly failure: ProbeFailure | null };
const named = <T>(work: () => T): T | ProbeFailure => {
  try {
    return work();
  } catch (error) {
    if (error instanceof ProbeFailure) return error;
    throw error;
  }
};
const read = (pieces: readonly Buffer[]): Read => {
  const reader = createPdus(limit);
  const pdus: Pdu[] = [];
  const failure = named(() => {
    for (const piece of pieces) reader.feed(piece);
  });
  for (let next = reader.take(); next !== null; next = reader.take()) pdus.push(next);
  return { pdus, failure: failure instanceof ProbeFailure ? failure : null };
};
const cut = (bytes: Buffer, at: readonly number[]): readonly Buffer[] => {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
};

/** As dcmqrscp 3.6.7 answered: an association, an echo, one match and the end of a query, a rejection; Orthanc's abort. */
const captures = [
  '0200000000d50001000050414353202020202020202020202020464f5256415253454c202020202020200000000000000000' +
    '00000000000000000000000000000000000000000000000010000015312e322e3834302e31303030382e332e312e312e3121' +
    '0000190100000040000011312e322e3834302e31303030382e312e32210000190300000040000011312e322e3834302e3130' +
    '3030382e312e325000003a51000004000040005200001b312e322e3237362e302e373233303031302e332e302e332e362e37' +
    '5500000f4f464649535f44434d544b5f333637',
  '0400000000540000005001030000000004000000420000000000020012000000312e322e3834302e31303030382e312e3100' +
    '00000001020000003080000020010200000001000000000802000000010100000009020000000000',
  '04000000005e0000005a030300000000040000004c000000000002001c000000312e322e3834302e31303030382e352e312e' +
    '342e312e322e322e3100000000010200000020800000200102000000020000000008020000000100000000090200000000ff' +
    '0400000000400000003c030208005200060000005354554459200800540004000000504143531000200008000000534f4d45' +
    '424f445920000d0008000000322e32352e32303204000000005e0000005a030300000000040000004c000000000002001c00' +
    '0000312e322e3834302e31303030382e352e312e342e312e322e322e31000000000102000000208000002001020000000200' +
    '0000000802000000010100000009020000000000',
  '03000000000400010107',
  '07000000000400000000',
].map((hex) => Buffer.from(hex, 'hex'));
const [accepted, echoed, matched, rejected, aborted] = captures.map((bytes) => read([bytes]).pdus);

const mutated = fc
  .record({
    base: fc.constantFrom(...captures),
    changes: fc.array(fc.record({ at: fc.nat(), to: fc.constantFrom(0, 1, 2, 3, 4, 0x10, 0x50, 0x7f, 0xff) }), {
      maxLength: 8,
    }),
    from: fc.nat(300),
    length: fc.nat(60),
    again: fc.boolean(),
  })
  .map(({ base, changes, from, length, again }) => {
    const bytes = Buffer.from(base);
    for (const { at, to } of changes) bytes[at % bytes.length] = to;
    const rest = bytes.subarray(again ? from : from + length);
    return Buffer.concat([bytes.subarray(0, again ? from + length : from), rest]);
  });
const stream = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  mutated,
);

/** Everything the probe does with a PDU. */
const digest = ({ type, body }: Pdu): void => {
  const decoders: Readonly<Record<number, () => unknown>> = {
    2: () => acceptanceIn(body),
    3: () => rejectionText(body),
    4: () =>
      fragmentsIn(body).map(({ bytes, command }) => (command ? answerIn(bytes) : elementIn(bytes, 0x0010, 0x0020))),
    7: () => abortText(body),
  };
  named(() => decoders[type]?.());
};

test('any bytes, cut anywhere, give the same PDUs as in one piece, and no other error than a named one', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (bytes, at) => {
      const whole = read([bytes]);
      const pieces = read(cut(bytes, at));
      expect(pieces.pdus).toEqual(whole.pdus);
      expect(pieces.failure?.message).toBe(whole.failure?.message);
      for (const one of whole.pdus) digest(one);
    }),
    { numRuns: 2000 },
  );
});

test('any body of any PDU is digested', () => {
  fc.assert(
    fc.property(fc.constantFrom(2, 3, 4, 7), fc.uint8Array({ maxLength: 200 }), (type, body) =>
      digest({ type, body: Buffer.from(body) }),
    ),
    { numRuns: 5000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void named(() => answerIn(Buffer.from(bytes)))));
});

test('a message in pieces is the message, whatever a peer takes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.integer({ min: 64, max: 20_000 }),
      fc.boolean(),
      (bytes, maximum, command) => {
        const pdus = dataOf(3, Buffer.from(bytes), command, maximum);
        for (const one of pdus) expect(one.length - 6).toBeLessThanOrEqual(maximum);
        const fragments = read(pdus).pdus.flatMap(({ body }) => fragmentsIn(body));
        expect(Buffer.concat(fragments.map((fragment) => fragment.bytes))).toEqual(Buffer.from(bytes));
        expect(fragments.map(({ last }) => last)).toEqual(fragments.map((_, index) => index === fragments.length - 1));
        expect(fragments.every((fragment) => fragment.command === command && fragment.context === 3)).toBe(true);
      },
    ),
  );
});

test('an element is found wherever it stands, and nothing is read behind what has no length', () => {
  const query = studyQuery('NANCY');
  expect(elementIn(query, 0x0010, 0x0020)?.toString()).toBe('NANCY ');
  const endless = Buffer.concat([Buffer.from('08001111ffffffff', 'hex'), query]);
  expect(elementIn(endless, 0x0010, 0x0020)).toBeNull();
});

test('a PDU that drips is read in time that grows with its length', () => {
  const reader = createPdus(limit);
  const began = performance.now();
  for (const byte of pdu(0x02, Buffer.alloc(60_000))) reader.feed(Buffer.of(byte));
  expect(reader.take()?.body).toHaveLength(60_000);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('a request of ours has even titles, our limit and every context', () => {
  const request = associateRequest({ calling: 'A', called: 'B' }, [{ id: 1, name: 'x', syntax: '1.2' }]);
  expect(request.readUInt32BE(2)).toBe(request.length - 6);
  expect(request.subarray(10, 42).toString()).toBe(`${'B'.padEnd(16)}${'A'.padEnd(16)}`);
});

test('captures are read as they were meant', () => {
  const acceptance = acceptanceIn(accepted?.[0]?.body ?? Buffer.alloc(0));
  expect(acceptance).toMatchObject({ maximum: 16_384, version: 'OFFIS_DCMTK_367' });
  expect([...acceptance.results]).toEqual([1, 3].map((id) => [id, { result: 0, syntax: '1.2.840.10008.1.2' }]));
  const [echo] = fragmentsIn(echoed?.[0]?.body ?? Buffer.alloc(0));
  expect(answerIn(echo?.bytes ?? Buffer.alloc(0))).toMatchObject({
    operation: 0x8030,
    to: 1,
    status: 0,
    hasData: false,
  });
  const parts = (matched ?? []).flatMap(({ body }) => fragmentsIn(body));
  expect(parts.map(({ command, last }) => [command, last])).toEqual([
    [true, true],
    [false, true],
    [true, true],
  ]);
  expect(answerIn(parts[0]?.bytes ?? Buffer.alloc(0))).toMatchObject({
    operation: 0x8020,
    to: 2,
    status: 0xff00,
    hasData: true,
  });
  expect(textIn(elementIn(parts[1]?.bytes ?? Buffer.alloc(0), 0x0010, 0x0020))).toBe('SOMEBODY');
  expect(rejectionText(rejected?.[0]?.body ?? Buffer.alloc(0))).toBe(
    'permanent, by the application: called AE title not recognised',
  );
  expect(abortText(aborted?.[0]?.body ?? Buffer.alloc(0))).toBe('by the application');
});
