import fc from 'fast-check';
import { expect, test } from 'vitest';
import { survives } from '../../testing/survives.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { decodeFrame, type Frame, frameLength } from './frames.ts';
import { capture } from './testing/capture.ts';

const readAll = (bytes: Buffer): readonly Frame[] => {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = frameLength(bytes.subarray(at));
    if (length === null || length > bytes.length - at) break;
    expect(length).toBeGreaterThan(7);
    frames.push(decodeFrame(bytes.subarray(at, at + length)));
    at += length;
  }
  return frames;
};

test('what RabbitMQ says is read', () => {
  const frames = readAll(capture);
  expect(frames.map(({ is }) => is)).toEqual([
    'start',
    'tune',
    'open-ok',
    'channel-open-ok',
    'declare-ok',
    'declare-ok',
    'consume-ok',
    'deliver',
    'header',
    'body',
    'close-ok',
  ]);
  expect(frames[0]).toEqual({ is: 'start', version: '0-9', mechanisms: 'PLAIN AMQPLAIN' });
  expect(frames[1]).toEqual({ is: 'tune', frameMax: 131_072 });
  expect(frames[4]).toEqual({ is: 'declare-ok', queue: 'orders', messages: 0, consumers: 0 });
  expect(frames[8]).toEqual({ is: 'header', size: 46n });
});

test.each([
  ['a frame of no type', '05 0000 00000000 ce'],
  ['one that does not end as it should', '08 0000 00000000 cf'],
  ['one of a channel that is not open', '01 0002 00000004 000a0033 ce'],
  ['a heartbeat with something in it', '08 0000 00000001 00 ce'],
  ['a method that answers nothing of ours', '01 0001 00000004 003c0047 ce'],
  ['a method of a client', '01 0000 00000004 000a000b ce'],
  ['a method cut short', '01 0000 00000005 000a0032 00 ce'],
  ['a text longer than the method', '01 0000 00000009 000a0032 0140 ff 61 62 ce'],
  ['bytes too many', '01 0000 00000005 000a0033 00 ce'],
  ['a table longer than the method', '01 0000 0000000a 000a000a 0009 7fffffff ce'],
  ['a method without a name', '01 0000 00000002 000a ce'],
])('%s is refused', (_, hex) =>
  expect(() => readAll(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow(ProbeFailure),
);

test('the header of another version is read', () => {
  expect(readAll(Buffer.from('AMQP\x00\x01\x00\x00'))).toEqual([{ is: 'version', version: '1-0-0' }]);
  expect(frameLength(Buffer.from('AM'))).toBe(8);
});

test('whatever comes in is read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(() => readAll(Buffer.from(bytes)))));
  const names = fc.constantFrom(
    [10, 10],
    [10, 30],
    [10, 50],
    [10, 60],
    [20, 40],
    [50, 11],
    [60, 21],
    [60, 50],
    [60, 60],
  );
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 3, 8),
      names,
      fc.uint8Array({ maxLength: 120 }),
      (type, [cls = 0, id = 0], body) => {
        const head = Buffer.from([type, 0, 1, 0, 0, 0, 4 + body.length, 0, cls, 0, id]);
        survives(() => readAll(Buffer.concat([head, body, Buffer.from([0xce])])));
      },
    ),
    { numRuns: 500 },
  );
});

test('a run with bytes changed, lost or doubled is read or refused', () => {
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
