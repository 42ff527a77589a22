import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbeFailure } from '../../wire/failure.ts';
import { createAssembly, decodeFrame, encodeFrame, frameLength, opcodes } from './codec.ts';

const survives = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ProbeFailure);
    expect(error).toMatchObject({ reason: expect.stringMatching(/^(protocol-error|answer-too-large)$/) });
  }
};
/** Everything a reader does with bytes: cut, decode, put together. */
const readAll = (bytes: Buffer): void => {
  const assemble = createAssembly(1000);
  for (let at = 0; at < bytes.length; ) {
    const length = frameLength(bytes.subarray(at));
    if (length === null || length > bytes.length - at) return;
    expect(length).toBeGreaterThan(0);
    assemble(decodeFrame(bytes.subarray(at, at + length)));
    at += length;
  }
};
/** What a client sends, as a server's frame: the same without the mask. */
const unmasked = (frame: Buffer): Buffer => {
  const size = (frame[1] ?? 0) & 0x7f;
  const head = size < 126 ? 2 : size === 126 ? 4 : 10;
  const key = frame.subarray(head, head + 4);
  const bytes = Buffer.concat([
    frame.subarray(0, head),
    frame.subarray(head + 4).map((byte, at) => byte ^ (key[at % 4] ?? 0)),
  ]);
  bytes[1] = size;
  return bytes;
};

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 65_000, maxLength: 66_000, size: 'max' }),
);

test('what is written is read, of any length', () => {
  fc.assert(
    fc.property(payloads, (payload) => {
      const sent = encodeFrame(opcodes.binary, Buffer.from(payload));
      const frame = unmasked(sent);
      expect(frameLength(frame)).toBe(frame.length);
      expect(decodeFrame(frame)).toEqual({ opcode: 2, final: true, payload: Buffer.from(payload) });
    }),
    { numRuns: 40 },
  );
});

test('whatever comes in is read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(() => readAll(Buffer.from(bytes)))));
  const frames = fc.array(
    fc.tuple(fc.constantFrom(0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8a), fc.uint8Array({ maxLength: 125 })),
  );
  fc.assert(
    fc.property(frames, (all) =>
      survives(() => readAll(Buffer.concat(all.map(([first, bytes]) => Buffer.from([first, bytes.length, ...bytes]))))),
    ),
  );
});

test('a dialogue with bytes changed, lost or doubled is read or refused', () => {
  const capture = Buffer.from('010268658900800 3 6c6c6f8204000102038802 03e8'.replaceAll(' ', ''), 'hex');
  fc.assert(
    fc.property(fc.nat(capture.length - 1), fc.nat(255), fc.nat(capture.length), (at, byte, cut) => {
      const changed = Buffer.from(capture);
      changed[at] = byte;
      survives(() => readAll(changed));
      survives(() => readAll(capture.subarray(0, cut)));
      survives(() => readAll(Buffer.concat([capture.subarray(0, cut), capture])));
    }),
    { numRuns: 500 },
  );
});
