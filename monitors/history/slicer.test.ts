import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { State } from '../picture.ts';
import { type Slice, slice } from './history.ts';
import { createSlicer, type Held, minuteMs, sliceOf } from './slicer.ts';

const { good, bad, unknown, notYetWatched } = slice;
const held = (state: State, from: number, until: number): Held => ({ state, from: from * 1000, until: until * 1000 });

describe('the slice of minute 1 (60 s to 120 s)', () => {
  test.each<[string, number, Held[], Slice]>([
    ['covered by good from end to end is good', 0, [held('good', 50, 125)], good],
    ['covered by two that meet is good', 0, [held('good', 50, 90), held('good', 85, 125)], good],
    ['a second without a verdict makes it unknown', 0, [held('good', 50, 90), held('good', 91, 125)], unknown],
    ['nothing at all is unknown', 0, [], unknown],
    ['a verdict that ends with the minute still to come is unknown', 0, [held('good', 50, 119)], unknown],
    ['one bad verdict in it is bad whatever else was seen', 0, [held('good', 50, 95), held('bad', 80, 115)], bad],
    ['bad wins over a gap', 0, [held('bad', 100, 101)], bad],
    ['a bad verdict that ended before it says nothing here', 0, [held('bad', 20, 55), held('good', 58, 125)], good],
    ['a bad verdict superseded before it says nothing here', 0, [held('bad', 20, 95), held('good', 58, 125)], good],
    ['a bad verdict that reaches into it is bad', 0, [held('bad', 40, 75), held('good', 62, 125)], bad],
    ['an unknown verdict is a gap', 0, [held('good', 50, 95), held('unknown', 80, 85), held('good', 84, 125)], unknown],
    ['before the first due slot it is not yet watched', 120, [], notYetWatched],
    ['from the first due slot on it is judged', 90, [held('good', 90, 125)], good],
    ['a first due slot without a run yet is unknown', 90, [held('good', 91, 125)], unknown],
  ])('%s', (_, since, verdicts, expected) => {
    expect(sliceOf(1, since * 1000, verdicts)).toBe(expected);
  });
});

const someVerdicts = fc
  .array(
    fc.record({
      state: fc.constantFrom<State>('good', 'bad', 'unknown'),
      from: fc.nat(300),
      lasts: fc.integer({ min: 1, max: 90 }),
    }),
    { maxLength: 12 },
  )
  .map((runs) => runs.sort((a, b) => a.from - b.from).map(({ state, from, lasts }) => held(state, from, from + lasts)));

describe('a stream', () => {
  test('loses nothing good to losing data: a verdict taken away never makes a minute good', () => {
    fc.assert(
      fc.property(someVerdicts, fc.nat(11), fc.nat(5), (verdicts, lost, minute) => {
        // A run that is lost is told as unknown: the schedule knows that its slot was due.
        const fewer = verdicts.map((one, index) => (index === lost ? { ...one, state: 'unknown' as const } : one));
        if (sliceOf(minute, 0, verdicts) !== good) expect(sliceOf(minute, 0, fewer)).not.toBe(good);
      }),
    );
  });
  test('gives each minute once and in order, and the same however often it is closed', () => {
    fc.assert(
      fc.property(someVerdicts, fc.array(fc.nat(400), { maxLength: 8 }), (verdicts, stops) => {
        const slicer = createSlicer();
        slicer.watch('c@v', 0);
        const given: { minute: number; slice: Slice }[] = [];
        let told = 0;
        for (const stop of [...stops, 400].sort((a, b) => a - b)) {
          for (; (verdicts[told]?.from ?? Number.POSITIVE_INFINITY) < stop * 1000; told += 1)
            slicer.hold('c@v', verdicts[told] ?? held('unknown', 0, 0));
          given.push(...slicer.close('c@v', stop * 1000));
        }
        const expected = Array.from({ length: Math.floor(400_000 / minuteMs) }, (_, minute) => ({
          minute,
          slice: sliceOf(minute, 0, verdicts),
        }));
        expect(given).toEqual(expected);
      }),
    );
  });
  test('keeps bounded memory and forgets no bad verdict when too many come', () => {
    const slicer = createSlicer();
    slicer.watch('c@v', 0);
    slicer.hold('c@v', held('bad', 1, 2));
    for (let at = 0; at < 2000; at += 1)
      slicer.hold('c@v', { state: 'good', from: 2000 + at * 20, until: 62_000 + at * 20 });
    expect(slicer.close('c@v', minuteMs)).toEqual([{ minute: 0, slice: bad }]);
  });
  test('that nobody watches is the caller’s mistake', () => {
    expect(() => createSlicer().hold('c@v', held('good', 0, 1))).toThrow('watch it first');
  });
});
