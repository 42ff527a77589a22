import { describe, expect, test } from 'vitest';
import type { Outcome } from '../probes/observation.ts';
import { slice } from './history/history.ts';
import { createMinutes } from './minutes.ts';
import { runOf, smallEstate } from './testing/estate.ts';

const wallOf = (mono: number): number => mono + 600_000_000;
const second = 1000;
const minute = 60 * second;

/** Plays `db-1/up@north` each second; what `north` says up to each watermark. Monotonic seconds from 0. */
const play = (
  seconds: number,
  say: (at: number) => { readonly outcome?: Outcome; readonly anchor?: boolean; readonly told?: boolean },
) => {
  const minutes = createMinutes(smallEstate);
  minutes.expect(wallOf(-second));
  const given: (number | undefined)[] = [];
  for (let at = 0; at < seconds; at += 1) {
    const { outcome, anchor = true, told = true } = say(at);
    const mono = at * second;
    if (anchor) minutes.take({ type: 'anchor', vantage: 'north', at: mono, wall: wallOf(mono) });
    if (outcome !== undefined)
      minutes.take({
        type: 'observations',
        batch: [runOf('db-1/up', 'north', mono, { outcome, endedAt: wallOf(mono) })],
      });
    if (told) minutes.take({ type: 'watermark', vantages: ['north'], at: mono, wall: wallOf(mono) });
    for (const one of minutes.close().slices)
      if (one.stream === 'db-1/up@north') given[one.minute - wallOf(0) / minute] = one.slice;
  }
  return given;
};

describe('what the probes tell becomes minutes', () => {
  test('good runs make good minutes, and the open one is not given', () => {
    expect(play(150, () => ({ outcome: 'good' }))).toEqual([slice.good, slice.good]);
  });
  test('one confirmed failure makes its minute bad', () => {
    expect(play(150, (at) => ({ outcome: at === 70 ? 'bad' : 'good' }))).toEqual([slice.good, slice.bad]);
  });
  test('a failure no anchor vouches for is unknown, never bad and never good', () => {
    expect(play(200, (at) => ({ outcome: at >= 70 && at < 80 ? 'bad' : 'good', anchor: at < 70 || at >= 80 }))).toEqual(
      [slice.good, slice.bad, slice.good],
    );
    expect(play(250, (at) => ({ outcome: at < 70 ? 'good' : 'bad', anchor: at < 70 }))).toEqual([
      slice.good,
      slice.unknown,
      slice.unknown,
      slice.unknown,
    ]);
  });
  test('good runs of a vantage that is cut off are unknown', () => {
    expect(play(250, (at) => ({ outcome: 'good', anchor: at < 70 }))).toEqual([
      slice.good,
      slice.unknown,
      slice.unknown,
      slice.unknown,
    ]);
  });
  test('runs that stop leave unknown, not the last thing that was seen', () => {
    expect(play(250, (at) => (at < 90 ? { outcome: 'good' } : {}))).toEqual([
      slice.good,
      slice.unknown,
      slice.unknown,
      slice.unknown,
    ]);
  });
  test('a worker that blocks for minutes closes nothing meanwhile, and its silence is unknown afterwards', () => {
    const frozen = (at: number) => at >= 90 && at < 240;
    const given = play(400, (at) => (frozen(at) ? { anchor: false, told: false } : { outcome: 'good' }));
    expect(given).toEqual([slice.good, slice.unknown, slice.unknown, slice.unknown, slice.good, slice.good]);
    expect(play(240, (at) => (frozen(at) ? { anchor: false, told: false } : { outcome: 'good' }))).toEqual([
      slice.good,
    ]);
  });
  test('a clock that jumps a year ahead writes days, not a year, and one that is set right again is heard at once', () => {
    const minutes = createMinutes(smallEstate);
    minutes.expect(wallOf(0));
    const year = 366 * 24 * 60 * minute;
    const tell = (mono: number, wall: number) => {
      minutes.take({ type: 'anchor', vantage: 'north', at: mono, wall });
      minutes.take({ type: 'observations', batch: [runOf('db-1/up', 'north', mono, { endedAt: wall })] });
      minutes.take({ type: 'watermark', vantages: ['north'], at: mono, wall });
      return minutes.close().slices.filter(({ stream }) => stream === 'db-1/up@north');
    };
    tell(0, wallOf(0));
    expect(tell(minute, wallOf(0) + year).length).toBeLessThanOrEqual(2880);
    const again: number[] = [];
    for (let at = 2 * minute; at < 6 * minute; at += second)
      again.push(...tell(at, wallOf(at)).map((one) => one.slice));
    expect(again.filter((one) => one === slice.good).length).toBeGreaterThanOrEqual(2);
  });
  test('a clock that was ahead at the first start and is set right hides no failure', () => {
    const minutes = createMinutes(smallEstate);
    const ahead = 5 * 60 * minute;
    minutes.expect(wallOf(ahead));
    const told: number[] = [];
    for (let at = 0; at < 6 * minute; at += second) {
      const wall = at < minute ? wallOf(at + ahead) : wallOf(at);
      minutes.take({ type: 'observations', batch: [runOf('db-1/up', 'north', at, { outcome: 'bad', endedAt: wall })] });
      minutes.take({ type: 'anchor', vantage: 'north', at, wall });
      minutes.take({ type: 'watermark', vantages: ['north'], at, wall });
      for (const one of minutes.close().slices)
        if (one.stream === 'db-1/up@north' && one.minute < wallOf(ahead) / minute) told.push(one.slice);
    }
    expect(told.filter((one) => one === slice.bad).length).toBeGreaterThanOrEqual(4);
    expect(told).not.toContain(slice.notYetWatched);
  });
  test('a stream no probe ever reports on is expected all the same', () => {
    const minutes = createMinutes(smallEstate);
    minutes.expect(wallOf(0));
    minutes.take({ type: 'watermark', vantages: ['south'], at: 0, wall: wallOf(3 * minute) });
    const { slices, streams } = minutes.close();
    expect(slices.filter(({ stream }) => stream === 'db-2/up@south').map((one) => one.slice)).toEqual([
      slice.unknown,
      slice.unknown,
    ]);
    expect(streams.map(({ stream }) => stream)).toContain('epj/front@ward');
  });
  test('a clock that is set back lives through a minute again: a failure in it is told once more, a success is not', () => {
    const minutes = createMinutes(smallEstate);
    minutes.expect(wallOf(0));
    const tell = (mono: number, wall: number, outcome: Outcome) => {
      minutes.take({ type: 'observations', batch: [runOf('db-1/up', 'north', mono, { outcome, endedAt: wall })] });
      minutes.take({ type: 'anchor', vantage: 'north', at: mono, wall });
      minutes.take({ type: 'watermark', vantages: ['north'], at: mono, wall });
      return minutes.close().slices.filter(({ stream }) => stream === 'db-1/up@north');
    };
    for (let at = 0; at < 150; at += 1) tell(at * second, wallOf(at * second), 'good');
    expect(tell(150 * second, wallOf(30 * second), 'good')).toEqual([]);
    const again = [151, 152, 153].flatMap((at) => tell(at * second, wallOf((at - 120) * second), 'bad'));
    const late = { stream: 'db-1/up@north', minute: wallOf(0) / minute, slice: slice.bad, provenance: 'measured' };
    expect(again).toEqual([late]);
  });
});
