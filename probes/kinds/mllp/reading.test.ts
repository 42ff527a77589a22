import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbeFailure } from '../../wire/failure.ts';
import { createFrames, framed } from './frames.ts';
import { describe as describeMessage, troubleWords } from './said.ts';
import { acknowledgementIn, readMessage } from './segments.ts';

const limit = 64 * 1024;

/** Feeds a stream in pieces; gives the frames, or how the peer was found not to speak MLLP. */
const read = (
  pieces: readonly Buffer[],
): { readonly frames: readonly Buffer[]; readonly failure: ProbeFailure | null } => {
  const reader = createFrames(limit);
  const frames: Buffer[] = [];
  const drain = (): void => {
    for (let frame = reader.take(); frame !== null; frame = reader.take()) frames.push(frame);
  };
  try {
    for (const piece of pieces) {
      reader.feed(piece);
      drain();
    }
  } catch (error) {
    drain();
    if (!(error instanceof ProbeFailure)) throw error;
    return { frames, failure: error };
  }
  return { frames, failure: reader.broken() };
};
const cut = (bytes: Buffer, at: readonly number[]): readonly Buffer[] => {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
};

/** As python3-hl7 0.4.5 and @medplum/hl7 5.0.10 answered our query, and an engine of the demo that refused it. */
const captures = [
  '\x0bMSH|^~\\&|AA||FORVARSEL||20261126020537||ACK^N01^ACK|6330020537395948MAJ5|T|2.5\rMSA|AA|FVSLQWERTYUIOP\r\x1c\r',
  '\x0bMSH|^~\\&|AA||FORVARSEL||20261126020537.137||ACK^N01^ACK|1795658737137|P|2.5\rMSA|AA|FVSLQWERTYUIOP|OK\x1c\r',
  '\x0bMSH|^~\\&|ENGINE|REGION|FORVARSEL|OPS|20261126020304||ACK|FVSLQWERTYUIOP|P|2.4\rMSA|AE|FVSLQWERTYUIOP|queue full\rERR|||207^x^HL70357|E||||later\r\x1c\r',
].map((text) => Buffer.from(text, 'latin1'));

/** A capture with some bytes changed, left out, doubled. */
const mutated = fc
  .record({
    base: fc.constantFrom(...captures),
    changes: fc.array(fc.record({ at: fc.nat(), to: fc.constantFrom(0, 0x0b, 0x0d, 0x1c, 0x5e, 0x7c, 0x7e, 0xff) }), {
      maxLength: 8,
    }),
    from: fc.nat(300),
    length: fc.nat(60),
    again: fc.boolean(),
  })
  .map(({ base, changes, from, length, again }) => {
    const bytes = Buffer.from(base);
    for (const { at, to } of changes) bytes[at % bytes.length] = to;
    const piece = bytes.subarray(from, from + length);
    return again
      ? Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from)])
      : Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  });
const stream = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  mutated,
);

/** Everything the probe does with a frame. */
const digest = (frame: Buffer): string => {
  const message = readMessage(frame);
  if (message === null) return '';
  const acknowledgement = acknowledgementIn(message);
  return (
    describeMessage(message, acknowledgement) +
    (acknowledgement === null ? '' : troubleWords(acknowledgement, message, ['251248-9996']))
  );
};

test('any bytes, cut anywhere, give the same frames as in one piece, and no other error than a named one', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (bytes, at) => {
      const whole = read([bytes]);
      const pieces = read(cut(bytes, at));
      expect(pieces.frames).toEqual(whole.frames);
      expect(pieces.failure?.reason).toBe(whole.failure?.reason);
      for (const frame of whole.frames) expect(digest(frame).length).toBeLessThan(4000);
    }),
    { numRuns: 2000 },
  );
});

test('what was framed is read, whatever blanks are around it', () => {
  const message = fc
    .uint8Array({ maxLength: 200 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0b && byte !== 0x1c)));
  const blank = fc.array(fc.constantFrom(0, 9, 10, 13, 32), { maxLength: 10 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(fc.tuple(blank, message), { maxLength: 5 }), (parts) => {
      const seen = read([Buffer.concat(parts.flatMap(([before, one]) => [before, framed(one)]))]);
      expect(seen).toEqual({ frames: parts.map(([, one]) => one), failure: null });
    }),
  );
});

test('a message of nothing but delimiters is read in time that grows with its length', () => {
  for (const filler of ['|', '^', '~', '\r', '\r|', 'PID|1^2&3~']) {
    const text = `MSH|^~\\&|\rMSA|AE|1|${filler.repeat(limit / filler.length)}`;
    const began = performance.now();
    expect(digest(Buffer.from(text)).length).toBeLessThan(4000);
    expect(performance.now() - began).toBeLessThan(1000);
  }
});

test('a frame that drips is kept as its bytes, not as an object for each', () => {
  const reader = createFrames(limit);
  reader.feed(Buffer.from('\x0b'));
  for (let at = 0; at < limit - 1; at += 1) reader.feed(Buffer.from('x'));
  expect(() => reader.feed(Buffer.from('x'))).toThrow(/expected at most 65536 bytes/);
});

test('captures are read as they were meant', () => {
  const [python, medplum, demo] = captures.map((bytes) => {
    const message = readMessage(read([bytes]).frames[0] ?? Buffer.alloc(0));
    return message === null ? null : acknowledgementIn(message);
  });
  expect(python).toMatchObject({ code: 'AA', control: 'FVSLQWERTYUIOP', troubles: [] });
  expect(medplum).toMatchObject({ code: 'AA', text: 'OK' });
  expect(demo).toMatchObject({
    code: 'AE',
    text: 'queue full',
    troubles: [{ code: '207', severity: 'E', texts: ['later', ''] }],
  });
});
