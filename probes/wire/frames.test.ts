import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProbeFailure } from './failure.ts';
import { type FrameOptions, framesOf, politely } from './frames.ts';

/** A byte of length, then so many bytes. */
const options: FrameOptions = {
  lengthOf: (head) => (head.length < 2 ? null : 2 + head.readUInt16BE(0)),
  frameLimit: 2000,
  countLimit: 200,
  what: 'a frame',
};
const frameOf = (bytes: Uint8Array): Buffer => {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
};

test('however bytes arrive, the same frames come out', async () => {
  const all = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(all, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), async (bodies, cuts) => {
      const wire = new PassThrough();
      const { next } = framesOf(wire, options);
      const bytes = Buffer.concat(bodies.map(frameOf));
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const end = at + (cuts[turn % cuts.length] ?? 1);
        wire.write(bytes.subarray(at, end));
        at = end;
      }
      for (const body of bodies) expect(await next()).toEqual(frameOf(body));
    }),
    { numRuns: 50 },
  );
});

const failing = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof ProbeFailure ? error.reason : error),
  );

test('a peer that leaves between frames, or in the middle of one, has closed early', async () => {
  for (const said of [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 3, 1])]) {
    const wire = new PassThrough();
    const { next } = framesOf(wire, options);
    wire.end(said);
    expect(await failing(next())).toBe('closed-early');
    expect(await failing(next())).toBe('closed-early');
  }
});

test('what came before a peer left is still read', async () => {
  const wire = new PassThrough();
  const { next } = framesOf(wire, options);
  wire.end(frameOf(Buffer.from('bye')));
  expect(await next()).toEqual(frameOf(Buffer.from('bye')));
  expect(await failing(next())).toBe('closed-early');
});

test('an error of the connection is the failure, also when it was there before', async () => {
  const wire = new PassThrough();
  const { next } = framesOf(wire, options);
  const broken = new Error('broken');
  setImmediate(() => wire.destroy(broken));
  expect(await failing(next())).toBe(broken);
  expect(await failing(framesOf(wire, options).next())).toBe(broken);
});

test('a frame that is too large and a flood of small ones are refused', async () => {
  const wire = new PassThrough();
  const { next } = framesOf(wire, options);
  wire.write(Buffer.from([0xff, 0xff]));
  expect(await failing(next())).toBe('answer-too-large');
  const flood = new PassThrough();
  const frames = framesOf(flood, options);
  for (let left = 300; left > 0; left -= 1) flood.write(Buffer.from([0, 0]));
  const drain = async (): Promise<void> => {
    for (;;) await frames.next();
  };
  expect(await failing(drain())).toBe('answer-too-large');
});

test('nothing more is read than is asked for', async () => {
  const wire = new PassThrough({ highWaterMark: 100 });
  const { next } = framesOf(wire, options);
  while (wire.write(frameOf(Buffer.alloc(50))));
  await next();
  expect(wire.readableLength + wire.writableLength).toBeLessThan(500);
});

test('courtesy has its limit, and its failure is no news', async () => {
  await politely(Promise.reject(new Error('gone')));
  const began = performance.now();
  await politely(new Promise(() => undefined), 20);
  expect(performance.now() - began).toBeLessThan(1000);
});
