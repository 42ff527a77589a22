import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutesPerDay, type Slice, slice } from '../history/history.ts';
import { atLeast, settle } from '../judge/state.ts';
import { majority } from '../judge/verdict.ts';
import type { State } from '../picture.ts';
import {
  allWords,
  countIn,
  createAtLeast,
  createKleene,
  createMajority,
  createPlane,
  type Kleene,
  planeOf,
  popcount,
  type Reading,
  settlePlanes,
  wordMask,
  wordsPerStream,
} from './planes.ts';
import { planesOf } from './testing/estates.ts';

const states: readonly State[] = ['good', 'bad', 'unknown'];
const someState = fc.constantFrom(...states);
/** The same state in every minute. */
const always = (state: State): Kleene => ({
  good: createPlane(state === 'good' ? 0xffffffff : 0),
  bad: createPlane(state === 'bad' ? 0xffffffff : 0),
});
const stateAt = ({ good, bad }: Kleene, minute: number): State => {
  const bit = (plane: Uint32Array): boolean => (((plane[minute >>> 5] ?? 0) >>> (minute & 31)) & 1) === 1;
  if (bit(good) && bit(bad)) throw new Error(`minute ${minute} is both good and bad`);
  if (bit(good)) return 'good';
  return bit(bad) ? 'bad' : 'unknown';
};

describe('counting minutes', () => {
  test('a word holds as many as it has bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
        expect(popcount(word)).toBe(word.toString(2).replaceAll('0', '').length);
      }),
    );
  });
  test('a range of a day holds as many as lie in it, at any edge and beyond it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 1500 }), fc.integer({ min: -50, max: 1500 }), (from, to) => {
        const inside = Math.max(0, Math.min(to, minutesPerDay) - Math.max(from, 0));
        expect(countIn(createPlane(0xffffffff), 0, { from, to })).toBe(inside);
        expect(countIn(planeOf(from, to), 0, { from: 0, to: minutesPerDay })).toBe(inside);
      }),
    );
  });
  test.each<[number, number, number, number]>([
    [0, 0, 32, 0xffffffff],
    [0, 31, 32, 0x80000000],
    [1, 33, 35, 0b110],
    [1, 0, 32, 0],
    [0, Number.NEGATIVE_INFINITY, 1, 1],
    [0, Number.POSITIVE_INFINITY, minutesPerDay, 0],
  ])('word %i of minutes %i to %i', (word, from, to, mask) => {
    expect(wordMask(word, from, to) >>> 0).toBe(mask);
  });
});

describe('the same tables as the live judge', () => {
  test('at least so many of some, in every minute', () => {
    const choices = fc.array(fc.array(someState, { minLength: 32, maxLength: 32 }), { maxLength: 6 });
    fc.assert(
      fc.property(choices, fc.integer({ min: 0, max: 8 }), (given, wanted) => {
        const planes = given.map((minutes): Kleene => {
          const one = createKleene();
          for (const [bit, state] of minutes.entries())
            if (state !== 'unknown') one[state][0] = (one[state][0] ?? 0) | (1 << bit);
          return one;
        });
        const gate = createAtLeast(wanted, planes);
        gate.run(allWords);
        for (let bit = 0; bit < 32; bit += 1)
          expect(stateAt(gate.into, bit)).toBe(
            atLeast(
              wanted,
              given.map((minutes) => minutes[bit] ?? 'unknown'),
            ),
          );
      }),
    );
  });
  const observed = [...states, null].flatMap((own) => states.map((inferred) => [inferred, own] as const));
  test.each(
    observed.filter(([, own]) => own !== null).flatMap((row) => [[...row, false] as const, [...row, true] as const]),
  )('inferred %s and observed %s, round trip %s', (inferred, own, roundTrip) => {
    const into = createKleene();
    const given = { inferred: always(inferred), observed: always(own ?? 'unknown') };
    // A round trip is one of the good checks: the live judge counts it only beside an observed good.
    settlePlanes(into, { ...given, roundTrip: createPlane(roundTrip ? 0xffffffff : 0) }, allWords);
    expect(stateAt(into, 77)).toBe(settle(inferred, own, roundTrip).state);
  });
});

describe('the majority of slices', () => {
  const someSlice = fc.constantFrom<Slice>(0, 1, 2, 3);
  const asState = (one: Slice): State => (one === slice.good ? 'good' : one === slice.bad ? 'bad' : 'unknown');
  const majorityOf = (given: readonly (readonly Slice[])[], reading: Reading) => {
    const words = new Uint32Array(given.length * wordsPerStream);
    for (const [index, slices] of given.entries()) {
      const { low, high } = planesOf(0, slices);
      words.set(low, index * wordsPerStream);
      words.set(high, index * wordsPerStream + low.length);
    }
    const vote = createMajority(given.map((_, index) => index));
    const watchedFrom = (index: number): number => {
      const first = (given[index] ?? []).findIndex((one) => one !== 0);
      return first < 0 ? Number.POSITIVE_INFINITY : first;
    };
    const lost = vote.run({ words, watchedFrom, plain: new Uint8Array(given.length) }, allWords, reading);
    return { into: vote.into, lost };
  };
  test('is the live one, in every minute', () => {
    fc.assert(
      fc.property(fc.array(fc.array(someSlice, { maxLength: 64 }), { maxLength: 7 }), (given) => {
        const { into } = majorityOf(given, 'told');
        for (let minute = 0; minute < 64; minute += 1) {
          const votes = given.map((slices) => asState(slices[minute] ?? 0));
          expect(stateAt(into, minute)).toBe(majority(votes).state);
        }
      }),
    );
  });
  test.each<[string, Slice[], State, State, State]>([
    ['two that agree', [1, 1], 'good', 'good', 'good'],
    ['a lost second of two might have made a tie', [1, 3], 'good', 'unknown', 'good'],
    ['a lost third of three changes nothing', [1, 1, 3], 'good', 'good', 'good'],
    ['a lost one alone may have been anything', [3], 'unknown', 'bad', 'good'],
    ['bad and lost', [2, 3], 'bad', 'bad', 'unknown'],
    ['what is not yet watched was not lost', [1, 0], 'good', 'good', 'good'],
    ['nothing watched', [0, 0], 'unknown', 'unknown', 'unknown'],
  ])('%s: as told, at worst, at best', (_, votes, told, worst, best) => {
    const given = votes.map((one) => [one]);
    expect(stateAt(majorityOf(given, 'told').into, 0)).toBe(told);
    expect(stateAt(majorityOf(given, 'worst').into, 0)).toBe(worst);
    expect(stateAt(majorityOf(given, 'best').into, 0)).toBe(best);
  });
  test('a watched minute without a slice is a lost one', () => {
    const { into, lost } = majorityOf([[1, 0, 1]], 'worst');
    expect([0, 1, 2].map((minute) => stateAt(into, minute))).toEqual(['good', 'bad', 'good']);
    expect(lost).toBe(true);
  });
});
