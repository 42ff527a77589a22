import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Batch,
  type DayPlanes,
  type History,
  HistoryError,
  minutesPerDay,
  type Provenance,
  type Slice,
  type SliceAt,
  type StreamInfo,
  slice,
} from './history.ts';
import { minuteMs } from './slicer.ts';

const { good, bad, unknown, notYetWatched } = slice;
const dayMs = minutesPerDay * minuteMs;
const hourMs = 60 * minuteMs;
/** 2026-01-01, a day as good as any. */
const day = 20_454;
const dawn = day * minutesPerDay;
const at = dawn * minuteMs;
const stream = 'epj/front@ward';

const told = (minute: number, value: Slice, provenance: Provenance = 'measured', of = stream): SliceAt => ({
  stream: of,
  minute: dawn + minute,
  slice: value,
  provenance,
});
const info = (watchedSince: number, provenance: Provenance = 'measured', of = stream): StreamInfo => ({
  stream: of,
  check: 'epj/front',
  vantage: 'ward',
  watchedSince,
  provenance,
});
const bitAt = (words: Uint32Array, minute: number): number => ((words[minute >> 5] ?? 0) >>> (minute & 31)) & 1;
export const sliceIn = ({ low, high }: DayPlanes, minute: number): number =>
  bitAt(low, minute) + 2 * bitAt(high, minute);

/** What a reader sees of one minute: the slice, and whose it is. Throws when two entries claim it. */
const seen = (days: readonly DayPlanes[] | undefined, minute: number): readonly [number, Provenance | null] => {
  const claims = (days ?? [])
    .filter((one) => one.day === Math.floor(minute / minutesPerDay))
    .map((one): [number, Provenance] => [sliceIn(one, minute % minutesPerDay), one.provenance])
    .filter(([value]) => value !== notYetWatched);
  if (claims.length > 1) throw new Error(`minute ${minute} is claimed twice`);
  return claims[0] ?? [notYetWatched, null];
};

type Model = Record<Provenance, Map<number, Slice>>;
const order: readonly Slice[] = [notYetWatched, good, unknown, bad];
/** The rule in its plainest words: minute by minute. */
const expected = (model: Model, since: Record<Provenance, number>, minute: number, asOf: number) => {
  const measured = model.measured.get(minute) ?? (minute >= since.measured && minute < asOf ? unknown : null);
  if (measured !== null) return [measured, 'measured'];
  if (minute >= since.measured) return [notYetWatched, null];
  const simulated = model.simulated.get(minute) ?? (minute >= since.simulated && minute < asOf ? unknown : null);
  return simulated === null ? [notYetWatched, null] : [simulated, 'simulated'];
};

const someSlice = fc.record({
  minute: fc.integer({ min: 0, max: 3 * minutesPerDay - 1 }),
  lasts: fc.integer({ min: 1, max: 200 }),
  slice: fc.constantFrom<Slice>(good, bad, unknown),
  provenance: fc.constantFrom<Provenance>('measured', 'simulated'),
});
type Step = { readonly fold: number } | { readonly batch: readonly SliceAt[] };
const someSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ fold: fc.integer({ min: 0, max: 4 }) }),
    fc.array(someSlice, { minLength: 1, maxLength: 4 }).map((runs) => ({
      batch: runs.flatMap(({ minute, lasts, slice: value, provenance }) =>
        Array.from({ length: lasts }, (_, index) => told(minute + index, value, provenance)),
      ),
    })),
  ),
  { minLength: 1, maxLength: 10 },
);

/** One contract, run for every implementation. `open` gives an empty history each time it is called. */
export const historyContract = (
  name: string,
  open: () => Promise<History>,
  { runs = 60 }: { readonly runs?: number } = {},
) => {
  const opened: History[] = [];
  const fresh = async (): Promise<History> => {
    const history = await open();
    opened.push(history);
    return history;
  };
  const planesOf = async (history: History, asOf: number, of = stream) =>
    (await history.planes({ streams: [of], first: day - 1, last: day + 4, asOf })).get(of);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((history) => history.close()));
  });

  describe(`${name}: slices`, () => {
    test('a minute reads back as it was committed', async () => {
      const history = await fresh();
      await history.commit({ streams: [info(at)], slices: [told(0, good), told(1, bad), told(2, unknown)] });
      const days = await planesOf(history, dawn + 3);
      expect([0, 1, 2, 3].map((minute) => seen(days, dawn + minute)[0])).toEqual([good, bad, unknown, notYetWatched]);
    });
    test('whole days at once are the same as their minutes one by one', async () => {
      const history = await fresh();
      const planes = { day, provenance: 'simulated' as const, low: new Uint32Array(45), high: new Uint32Array(45) };
      planes.low[0] = 0b0101;
      planes.high[0] = 0b0110;
      await history.commit({ days: [{ stream, planes }] });
      const read = await history.planes({ streams: [stream], first: day, last: day, asOf: dawn });
      const minutes = [0, 1, 2, 3].map((minute) => seen(read.get(stream), dawn + minute)[0]);
      expect(minutes).toEqual([good, bad, unknown, notYetWatched]);
      const short = { ...planes, low: new Uint32Array(44) };
      await expect(history.commit({ days: [{ stream, planes: short }] })).rejects.toThrow(/a plane of 45 words/);
    });
    test('silence after the first due slot is unknown up to as-of, and before it not yet watched', async () => {
      const history = await fresh();
      await history.commit({ streams: [info(at + 10 * minuteMs + 5)], slices: [told(12, good)] });
      const days = await planesOf(history, dawn + 20);
      const line = [9, 10, 11, 12, 13, 19, 20].map((minute) => seen(days, dawn + minute)[0]);
      expect(line).toEqual([notYetWatched, unknown, unknown, good, unknown, unknown, notYetWatched]);
    });
    test('silence is unknown on whole days too, folded or not', async () => {
      const history = await fresh();
      await history.commit({ streams: [info(at)], slices: [told(0, good)] });
      for (const step of [() => undefined, () => history.fold(at + 3 * dayMs)]) {
        await step();
        const days = await planesOf(history, dawn + 2 * minutesPerDay + 7);
        expect(days?.map((one) => one.day)).toEqual([day, day + 1, day + 2]);
        expect(seen(days, dawn + minutesPerDay + 700)).toEqual([unknown, 'measured']);
        expect(seen(days, dawn + 2 * minutesPerDay + 7)[0]).toBe(notYetWatched);
      }
    });
    test('a stream that was never heard of has no days', async () => {
      const history = await fresh();
      expect(await planesOf(history, dawn + 100, 'nobody@nowhere')).toEqual([]);
    });
    test('a stream that was introduced and never told of is unknown from its first slot on', async () => {
      const history = await fresh();
      await history.commit({ streams: [info(at)] });
      expect(seen(await planesOf(history, dawn + 5), dawn + 4)).toEqual([unknown, 'measured']);
    });
    test('a stream that nobody introduced counts as watched from its first minute on, also after folding', async () => {
      const history = await fresh();
      await history.commit({ slices: [told(30, good), told(32, good)] });
      await history.fold(at + 2 * dayMs);
      const days = await planesOf(history, dawn + 40);
      expect([29, 30, 31, 39].map((minute) => seen(days, dawn + minute)[0])).toEqual([
        notYetWatched,
        good,
        unknown,
        unknown,
      ]);
    });
    test.each<[string, Slice, Slice, Slice, number]>([
      ['bad stays bad when told good', bad, good, bad, 1],
      ['unknown stays unknown when told good', unknown, good, unknown, 1],
      ['good turns bad when told bad', good, bad, bad, 1],
      ['good turns unknown when told unknown', good, unknown, unknown, 1],
      ['unknown turns bad when told bad', unknown, bad, bad, 1],
      ['good told again is good and nothing else', good, good, good, 0],
      ['not yet watched told later changes nothing', good, notYetWatched, good, 0],
    ])('%s, in an open hour and in a folded day', async (_, first, second, kept, events) => {
      for (const folded of [false, true]) {
        const history = await fresh();
        await history.commit({ streams: [info(at)], slices: [told(700, first)] });
        if (folded) await history.fold(at + dayMs);
        await history.commit({ slices: [told(700, second)] });
        expect(seen(await planesOf(history, dawn + 701), dawn + 700)).toEqual([kept, 'measured']);
        expect(await history.events({ from: 0, to: Number.MAX_SAFE_INTEGER, kind: 'late-data' })).toHaveLength(events);
      }
    });
    test('what changed late is told with the minute, what it was and what it is now', async () => {
      const history = await fresh();
      await history.commit({ slices: [told(5, bad)] });
      await history.commit({ slices: [told(5, good)] });
      const [event] = await history.events({ from: 0, to: Number.MAX_SAFE_INTEGER });
      expect(event).toMatchObject({ kind: 'late-data', who: 'history' });
      expect(event?.data).toEqual({
        count: 1,
        slices: [{ stream, minute: dawn + 5, was: bad, told: good, kept: bad }],
      });
    });
    test('simulated never covers measured, whichever came first', async () => {
      const history = await fresh();
      await history.commit({ slices: [told(1, bad), told(2, good, 'simulated')] });
      await history.commit({ slices: [told(1, good, 'simulated'), told(2, bad)] });
      const days = await planesOf(history, dawn + 3);
      expect([1, 2].map((minute) => seen(days, dawn + minute))).toEqual([
        [bad, 'measured'],
        [bad, 'measured'],
      ]);
    });
    test('a day that was simulated and then measured is told in two entries without a common minute', async () => {
      const history = await fresh();
      const streams = [info(at - dayMs, 'simulated'), info(at + hourMs)];
      await history.commit({ streams, slices: [told(0, good, 'simulated'), told(60, good)] });
      const days = await planesOf(history, dawn + 70);
      expect(days?.map((one) => `${one.day - day} ${one.provenance}`)).toEqual([
        '-1 simulated',
        '0 measured',
        '0 simulated',
      ]);
      const line = [0, 59, 60, 69].map((minute) => seen(days, dawn + minute));
      expect(line).toEqual([
        [good, 'simulated'],
        [unknown, 'simulated'],
        [good, 'measured'],
        [unknown, 'measured'],
      ]);
    });
    test('slices are kept for 400 days', async () => {
      const history = await fresh();
      await history.commit({ slices: [told(0, bad), told(minutesPerDay, bad)] });
      await history.fold(at + 401 * dayMs);
      const days = await planesOf(history, dawn);
      expect([dawn, dawn + minutesPerDay].map((minute) => seen(days, minute)[0])).toEqual([notYetWatched, bad]);
    });
    test('whatever is told, folded and told again: planes are what a minute-by-minute model says', async () => {
      const since = fc.integer({ min: -100, max: 3 * minutesPerDay });
      await fc.assert(
        fc.asyncProperty(someSteps, since, since, fc.nat(4 * minutesPerDay), async (steps, first, second, later) => {
          const history = await open();
          const model: Model = { measured: new Map(), simulated: new Map() };
          const begun = { measured: dawn + first, simulated: dawn + second };
          const streams = [info(begun.measured * minuteMs), info(begun.simulated * minuteMs + 1, 'simulated')];
          await history.commit({ streams });
          for (const step of steps) {
            if ('fold' in step) await history.fold(at + step.fold * dayMs);
            else await history.commit({ slices: step.batch });
            for (const one of 'fold' in step ? [] : step.batch) {
              const was = model[one.provenance].get(one.minute) ?? notYetWatched;
              model[one.provenance].set(one.minute, order.indexOf(one.slice) > order.indexOf(was) ? one.slice : was);
            }
          }
          const days = await planesOf(history, dawn + later);
          await history.close();
          for (let minute = dawn - 120; minute < dawn + 4 * minutesPerDay; minute += 1) {
            const [is, should] = [seen(days, minute), expected(model, begun, minute, dawn + later)];
            if (is[0] !== should[0] || is[1] !== should[1])
              expect([minute - dawn, ...is]).toEqual([minute - dawn, ...should]);
          }
        }),
        { numRuns: runs },
      );
    });
  });

  describe(`${name}: the rest`, () => {
    test('numbers read back exactly while their day is young, in order and within the asked span', async () => {
      const history = await fresh();
      const number = (offset: number, value: number) =>
        ({ stream, name: 'duration', at: at + offset, value, provenance: 'measured' }) as const;
      await history.commit({ numbers: [number(5_000, 0.1), number(1_000, 1e-9), number(hourMs, 7)] });
      await history.commit({ numbers: [number(5_000, 0.1), number(9_001, -3.25)] });
      const read = await history.numbers({ stream, name: 'duration', from: at + 1_000, to: at + 9_001 });
      expect(read.map((one) => [one.at - at, one.value])).toEqual([
        [1_000, 1e-9],
        [5_000, 0.1],
        [9_001, -3.25],
      ]);
      expect(await history.numbers({ stream, name: 'other', from: 0, to: at + dayMs })).toEqual([]);
    });
    test('numbers of a folded day stay within a second and a thousandth, and none is lost', async () => {
      const history = await fresh();
      const values = Array.from({ length: 300 }, (_, index) => 0.02 + Math.abs(Math.sin(index)) / 3);
      const numbers = values.map((value, index) => {
        return { stream, name: 'duration', at: at + index * 30_123, value, provenance: 'simulated' as const };
      });
      await history.commit({ numbers });
      await history.fold(at + dayMs);
      await history.commit({ numbers: numbers.slice(0, 3) });
      const read = await history.numbers({ stream, name: 'duration', from: 0, to: at + dayMs });
      expect(read).toHaveLength(300);
      for (const [index, one] of read.entries()) {
        expect(Math.abs(one.at - at - index * 30_123)).toBeLessThan(1000);
        expect(Math.abs(one.value / (values[index] ?? 0) - 1)).toBeLessThan(0.001);
        expect(one.provenance).toBe('simulated');
      }
    });
    test('after 35 days the extremes of each five minutes remain as they were', async () => {
      const history = await fresh();
      const numbers = [5, 9, 1, 7, 3].map((value, index) => {
        return { stream, name: 'duration', at: at + index * 60_000, value, provenance: 'measured' as const };
      });
      await history.commit({ numbers });
      await history.fold(at + 36 * dayMs);
      const read = await history.numbers({ stream, name: 'duration', from: 0, to: at + dayMs });
      expect(read.map(({ value }) => value)).toEqual([9, 1]);
    });
    test('the first due slot ever told stays the first', async () => {
      const history = await fresh();
      await history.commit({ streams: [info(at + 5), info(at - 9, 'simulated')] });
      await history.commit({ streams: [info(at + 900)] });
      expect(await history.streams()).toEqual([info(at + 5), info(at - 9, 'simulated')]);
    });
    test('the last good and the last bad transcript are kept, late ones do not win', async () => {
      const history = await fresh();
      const transcript = (outcome: 'good' | 'bad', offset: number) =>
        ({ stream, outcome, at: at + offset, text: `${outcome} ${offset} æ` }) as const;
      await history.commit({ transcripts: [transcript('bad', 1), transcript('good', 2), transcript('bad', 5)] });
      await history.commit({ transcripts: [transcript('bad', 3)] });
      const { good: lastGood, bad: lastBad } = await history.transcripts(stream);
      expect([lastGood?.text, lastBad?.text]).toEqual(['good 2 æ', 'bad 5 æ']);
      expect(await history.transcripts('nobody@nowhere')).toEqual({ good: null, bad: null });
    });
    test('events come in order of time, of one kind if asked, the newest when limited', async () => {
      const history = await fresh();
      const event = (offset: number, kind: string) => ({ at: at + offset, kind, who: 'a', why: 'b', data: { offset } });
      await history.commit({ events: [event(3, 'x'), event(1, 'y'), event(2, 'x')] });
      const kinds = async (wanted: { kind?: string; limit?: number }) =>
        (await history.events({ from: at, to: at + 3, ...wanted })).map((one) => `${one.kind}${one.at - at}`);
      expect(await kinds({})).toEqual(['y1', 'x2', 'x3']);
      expect(await kinds({ kind: 'x' })).toEqual(['x2', 'x3']);
      expect(await kinds({ limit: 1 })).toEqual(['x3']);
      expect((await history.events({ from: at + 3, to: at + 3 }))[0]?.data).toEqual({ offset: 3 });
    });
    test('a landscape is valid until the next, and the same again changes nothing', async () => {
      const history = await fresh();
      // Of a landscape the history only asks whether it is of today's form.
      const of = (told: string) => ({ authority: { alertmanagers: [] }, told });
      const remember = (hash: string, offset: number) =>
        history.remember({ hash, json: JSON.stringify(of(hash)), at: at + offset });
      for (const [hash, offset] of [
        ['a', 0],
        ['a', 5],
        ['b', 10],
        ['a', 20],
      ] as const)
        await remember(hash, offset);
      const valid = await Promise.all([-1, 7, 12, 99].map((offset) => history.landscapeAt(at + offset)));
      expect(valid.map((one) => one && `${one.hash} since ${one.validFrom - at}`)).toEqual([
        null,
        'a since 0',
        'b since 10',
        'a since 20',
      ]);
      expect(valid[2]?.landscape).toEqual(of('b'));
    });
    test('the newest picture at or before a time', async () => {
      const history = await fresh();
      for (const offset of [0, 1_000, hourMs])
        await history.commit({ picture: { at: at + offset, json: `{"o":${offset}}` } });
      const found = await Promise.all([-1, 0, 1_500, dayMs].map((offset) => history.pictureAt(at + offset)));
      expect(found.map((one) => one?.json ?? null)).toEqual([null, '{"o":0}', '{"o":1000}', `{"o":${hourMs}}`]);
    });
    test('pictures thin to one a minute, then one an hour, then none', async () => {
      const history = await fresh();
      for (let second = 0; second < 600; second += 20)
        await history.commit({
          picture: { at: at + second * 1000, json: JSON.stringify({ second, more: 'x'.repeat(99) }) },
        });
      const readable = async (now: number) => {
        await history.fold(now);
        const found = await Promise.all(
          Array.from({ length: 30 }, (_, index) => history.pictureAt(at + index * 20_000)),
        );
        return [...new Set(found.map((one) => (one ? JSON.parse(one.json).second : null)))];
      };
      expect(await readable(at + hourMs)).toEqual([0, 40, 100, 160, 220, 280, 340, 400, 460, 520, 580]);
      expect(await readable(at + 3 * dayMs)).toEqual([0]);
      expect(await readable(at + 36 * dayMs)).toEqual([null]);
    });
    test.each<[string, Batch]>([
      ['a minute that is not whole', { slices: [told(0.5, good)] }],
      ['a slice that is none', { slices: [{ ...told(2, good), slice: 4 as Slice }] }],
      ['an event without a time', { events: [{ at: Number.NaN, kind: 'x', who: 'a', why: 'b', data: null }] }],
    ])('of a batch with %s nothing is kept', async (_, broken) => {
      const history = await fresh();
      const whole = { slices: [told(1, good), ...(broken.slices ?? [])], streams: [info(at)] };
      await expect(history.commit({ ...broken, ...whole })).rejects.toMatchObject({ code: 'failed' });
      expect(await history.streams()).toEqual([]);
      expect(await planesOf(history, dawn + 5)).toEqual([]);
    });
    test('size grows with what is kept', async () => {
      const history = await fresh();
      const before = await history.size();
      for (let index = 0; index < 400; index += 1)
        await history.commit({ slices: [told(0, good, 'measured', `${index}@x`)] });
      expect((await history.size()).slices).toBeGreaterThan(before.slices);
    });
    test('after close every question is refused as closed, and closing again is nothing', async () => {
      const history = await fresh();
      await history.close();
      await history.close();
      await expect(history.streams()).rejects.toBeInstanceOf(HistoryError);
      await expect(history.commit({})).rejects.toMatchObject({ code: 'closed' });
    });
  });
};
