import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Series } from '../picture.ts';
import { canForecast, etaOf, type Forecast } from './trend.ts';
import type { Toward } from './trend-series.ts';

const intervalMs = 3000;
const rising: Toward = { limit: 100, direction: 'rising', kind: 'gauge' };

type Shape = (tick: number) => number;
const seriesOf = (ticks: number, shape: Shape, start = 0): Series => {
  const at = Array.from({ length: ticks }, (_, tick) => start + tick * intervalMs);
  return { at, value: at.map((_, tick) => shape(tick)) };
};
const last = (series: Series): number => series.at.at(-1) ?? 0;
const ask = (series: Series, toward = rising, now = last(series)) => etaOf(series, toward, { now, intervalMs });
const told = (series: Series, toward = rising, now = last(series)): Forecast => {
  const forecast = ask(series, toward, now);
  if (forecast === null) throw new Error('expected a forecast, got null');
  return forecast;
};

/** Mulberry32 and Box–Muller: the same noise every time. */
const noiseFrom = (seed: number) => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
};

describe('a line without noise', () => {
  test('is told to the moment', () => {
    const series = seriesOf(20, (tick) => 50 + tick);
    expect(told(series)).toEqual({
      eta: { at: 150_000, earliest: 150_000, latest: 150_000 },
      slope: 1 / 3,
      from: 0,
      span: 57_000,
      value: 69,
      reached: false,
    });
  });

  test('falling towards a limit is the same thing upside down', () => {
    const forecast = told(
      seriesOf(20, (tick) => 50 - tick),
      { limit: 10, direction: 'falling', kind: 'gauge' },
    );
    expect(forecast.eta.at).toBeCloseTo(120_000, 3);
    expect(forecast.slope).toBeCloseTo(-1 / 3, 9);
    expect(forecast.value).toBe(31);
  });

  test('is exact to a millionth of the time left, however sampled, in any unit and at any time', () => {
    const gaps = fc.array(fc.integer({ min: 2000, max: 9000 }), { minLength: 11, maxLength: 200 });
    const line = fc.record({
      gaps,
      scale: fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
      start: fc.integer({ min: 0, max: 2e12 }),
      ahead: fc.double({ min: 0.1, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(line, ({ gaps: steps, scale, start, ahead }) => {
        const at = [start];
        for (const gap of steps) at.push((at.at(-1) ?? start) + gap);
        const span = (at.at(-1) ?? start) - start;
        const limit = scale * (1 + ahead);
        const value = at.map((moment) => (scale * (moment - start)) / span);
        const { eta } = told({ at, value }, { ...rising, limit });
        const truth = start + span * (1 + ahead);
        for (const moment of [eta.at, eta.earliest, eta.latest ?? Number.NaN])
          expect(Math.abs(moment - truth)).toBeLessThan(1e-6 * span * ahead + 2e-3);
      }),
    );
  });
});

describe('noise', () => {
  const noisy = fc.record({
    seed: fc.nat(),
    shift: fc.integer({ min: -1e9, max: 2e12 }),
    power: fc.integer({ min: -20, max: 40 }),
  });
  test('an ETA moves with the clock and does not care for the unit', () => {
    fc.assert(
      fc.property(noisy, ({ seed, shift, power }) => {
        const noise = noiseFrom(seed);
        const series = seriesOf(40, (tick) => 40 + 0.8 * tick + 1.5 * noise());
        const moved = { at: series.at.map((at) => at + shift), value: series.value.map((value) => value * 2 ** power) };
        const [one, other] = [ask(series), ask(moved, { ...rising, limit: 100 * 2 ** power })];
        expect(other === null).toBe(one === null);
        if (one === null || other === null) return;
        expect(other.eta.at - shift).toBeCloseTo(one.eta.at, 1);
        expect(other.eta.earliest - shift).toBeCloseTo(one.eta.earliest, 1);
        expect(other.slope / 2 ** power).toBeCloseTo(one.slope, 9);
      }),
    );
  });

  test('the interval holds the estimate and never lies in the past', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 8, max: 300 }), (seed, ticks) => {
        const noise = noiseFrom(seed);
        const series = seriesOf(ticks, (tick) => 90 * (tick / ticks) + 3 * noise());
        const forecast = ask(series);
        if (forecast === null) return;
        const { at, earliest, latest } = forecast.eta;
        expect(earliest).toBeGreaterThanOrEqual(last(series));
        expect(at).toBeGreaterThanOrEqual(earliest);
        expect(latest ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(at);
        expect(at - last(series)).toBeLessThanOrEqual(10 * forecast.span);
      }),
    );
  });

  test('a flat series is left alone in at least 995 of 1,000 seeded runs', () => {
    const alarms = Array.from({ length: 1000 }, (_, seed) => {
      const noise = noiseFrom(seed + 1);
      return ask(seriesOf(60, () => 50 + 2 * noise()));
    }).filter((forecast) => forecast !== null);
    expect(alarms.length).toBeLessThanOrEqual(5);
  });

  test('noise a little under the limit is left alone in at least 985 of 1,000 seeded runs', () => {
    const alarms = Array.from({ length: 1000 }, (_, seed) => {
      const noise = noiseFrom(seed + 1);
      return ask(seriesOf(9, () => 80 + 2 * noise()));
    }).filter((forecast) => forecast !== null && !forecast.reached);
    expect(alarms.length).toBeLessThanOrEqual(15);
  });

  test('the interval holds the truth in at least nine of ten of 500 seeded leaks, and a latest is named in most', () => {
    const etas = Array.from({ length: 500 }, (_, seed) => {
      const noise = noiseFrom(seed + 1);
      return told(seriesOf(40, (tick) => 20 + tick + 2 * noise())).eta;
    });
    const held = etas.filter(({ earliest, latest }) => earliest <= 240_000 && 240_000 <= (latest ?? 1e99));
    expect(held.length).toBeGreaterThanOrEqual(450);
    expect(etas.filter(({ latest }) => latest !== null).length).toBeGreaterThanOrEqual(450);
    // An interval that held everything would hold the truth as well.
    const widths = etas.map(({ earliest, latest }) => (latest ?? 1e99) - earliest).sort((a, b) => a - b);
    expect(widths[250]).toBeLessThan(60_000);
  });
});

describe('the demo, a number each 3 s', () => {
  const calm = 60;
  /** The answers after the trouble began, by seconds since. */
  const play = (ticks: number, shape: Shape) => {
    const all = seriesOf(calm + ticks, (tick) => shape(Math.max(0, tick - calm)));
    return Array.from({ length: ticks }, (_, tick) => {
      const until = calm + tick + 1;
      const series = { at: all.at.slice(0, until), value: all.value.slice(0, until) };
      return { seconds: tick * 3, forecast: ask(series) };
    });
  };
  const medianOf = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

  test('a disk that is full in 100 s has its first ETA within 30 s, and the interval holds the truth', () => {
    const firsts = Array.from({ length: 50 }, (_, seed) => {
      const noise = noiseFrom(seed + 1);
      return play(33, (tick) => 30 + tick * 2.1 + 0.5 * noise()).find(({ forecast }) => forecast !== null);
    });
    expect(medianOf(firsts.map((first) => first?.seconds ?? 1e9))).toBeLessThanOrEqual(30);
    const truth = (calm * 3 + 100) * 1000;
    const held = firsts.filter((first) => {
      const eta = first?.forecast?.eta;
      return eta !== undefined && eta.earliest <= truth && truth <= (eta.latest ?? 1e99);
    });
    expect(held.length).toBeGreaterThanOrEqual(42);
  });

  test('a nightly load that turns at half the limit has no ETA within 60 s for five intervals', () => {
    const warned = Array.from({ length: 50 }, (_, seed) => {
      const noise = noiseFrom(seed + 1);
      const load = play(40, (tick) => 20 + 30 * Math.max(0, 1 - Math.abs(1 - tick / (40 / 3))) + 0.7 * noise());
      const near = load.map(({ seconds, forecast }) =>
        forecast !== null && forecast.eta.at - (calm * 3 + seconds) * 1000 <= 60_000 ? 'x' : '.',
      );
      return near.join('').includes('xxxxx');
    });
    expect(warned.filter(Boolean).length).toBeLessThanOrEqual(2);
  });
});

describe('clean-ups and restarts', () => {
  const tooth = (tick: number, period = 15) => tick % period;
  test.each([
    { name: 'regular', ticks: 70, shape: (tick: number) => 40 + 2 * tooth(tick) },
    { name: 'just before its clean-up', ticks: 75, shape: (tick: number) => 40 + 2 * tooth(tick) },
    {
      name: 'cleaned up slowly',
      ticks: 115,
      shape: (tick: number) => 40 + 2 * Math.min(tooth(tick, 30), 30 - tooth(tick, 30)),
    },
  ])('a sawtooth under the limit, $name, runs out of nothing', ({ ticks, shape }) => {
    const noise = noiseFrom(7);
    expect(ask(seriesOf(ticks, (tick) => shape(tick) + 0.3 * noise()))).toBeNull();
  });

  test('a sawtooth whose peaks climb runs out at a peak', () => {
    const { eta } = told(seriesOf(120, (tick) => 30 + 0.35 * tick + 2 * tooth(tick, 12)));
    const truth = 142 * intervalMs;
    expect(eta.earliest).toBeLessThanOrEqual(truth);
    expect(eta.latest).toBeGreaterThanOrEqual(truth);
    expect(Math.abs(eta.at - truth)).toBeLessThanOrEqual(12 * intervalMs);
  });

  test('a clean-up that does not come is told before the limit', () => {
    const shape = (tick: number) => 40 + 2 * (tick < 60 ? tooth(tick) : tick - 60);
    const first = Array.from({ length: 30 }, (_, more) => ask(seriesOf(61 + more, shape))).findIndex(
      (eta) => eta !== null,
    );
    expect(40 + 2 * first).toBeGreaterThan(68);
    expect(40 + 2 * first).toBeLessThan(80);
  });

  test('peaks that were over the limit protect nobody', () => {
    expect(ask(seriesOf(72, (tick) => 70 + 2.5 * tooth(tick)))).not.toBeNull();
  });

  test('one clean-up is no habit, and only what came after it is fitted', () => {
    const forecast = told(seriesOf(50, (tick) => (tick < 30 ? 20 + 2 * tick : 20 + (tick - 30))));
    expect(forecast.slope).toBeCloseTo(1 / 3, 9);
    expect(forecast.eta.at).toBeCloseTo(110 * intervalMs, 0);
  });

  test('a counter restarts at any step back, however small beside its range', () => {
    const shape = (tick: number) => (tick < 40 ? 50 + tick : 87 + 0.5 * (tick - 40));
    const forecast = told(seriesOf(60, shape), { ...rising, kind: 'counter', limit: 120 });
    expect(forecast.slope).toBeCloseTo(0.5 / 3, 9);
  });
});

describe('what is not a trend', () => {
  const up = (tick: number) => 50 + tick;
  test.each([
    { name: 'empty', series: seriesOf(0, up) },
    { name: 'seven points', series: seriesOf(7, up) },
    {
      name: 'eight points inside two intervals (retries)',
      series: { ...seriesOf(8, up), at: [0, 1, 2, 3, 4, 5, 6, 7].map((n) => n * 700) },
    },
    { name: 'constant', series: seriesOf(60, () => 50) },
    { name: 'constant just under the limit', series: seriesOf(60, () => 99.999) },
    { name: 'going the good way', series: seriesOf(60, (tick) => 90 - tick) },
    { name: 'a step up, then calm', series: seriesOf(60, (tick) => (tick < 30 ? 40 : 60)) },
    { name: 'one spike at the end', series: seriesOf(60, (tick) => (tick === 59 ? 95 : 50)) },
    { name: 'all NaN', series: seriesOf(60, () => Number.NaN) },
    { name: 'further ahead than ten spans', series: seriesOf(20, (tick) => 10 + tick * 0.1) },
    { name: 'values without times', series: { at: [], value: [1, 2, 3] } },
  ])('$name: no ETA', ({ series }) => expect(ask(series)).toBeNull());

  test('a climb that turns is dropped at the second number that leaves it', () => {
    const noise = noiseFrom(5);
    const values = Array.from({ length: 32 }, (_, tick) => 30 + 2 * Math.min(tick, 58 - tick) + 0.3 * noise());
    const after = [30, 31, 32].map((ticks) => ask(seriesOf(ticks, (tick) => values[tick] ?? 0)) !== null);
    expect(after).toEqual([true, true, false]);
  });

  test('ten spans ahead is seen, eleven are not', () => {
    const climb = seriesOf(20, (tick) => tick);
    expect(ask(climb, { ...rising, limit: 19 * 10.9 })).not.toBeNull();
    expect(ask(climb, { ...rising, limit: 19 * 11.1 })).toBeNull();
  });

  test('a climb that has just begun after a calm is looked along 2.5 spans, one that is all we know ten', () => {
    const climb = (tick: number) => Math.max(0, tick - 60);
    const begun = seriesOf(72, climb);
    const { span } = told(begun, { ...rising, limit: 30 });
    expect(span).toBeLessThan(13 * intervalMs);
    expect(ask(begun, { ...rising, limit: 60 })).toBeNull();
    expect(
      ask(
        seriesOf(12, (tick) => climb(tick + 60)),
        { ...rising, limit: 60 },
      ),
    ).not.toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a limit of %s is never neared', (limit) => {
    expect(ask(seriesOf(20, up), { ...rising, limit })).toBeNull();
  });
});

describe('awkward series', () => {
  const up = (tick: number) => 50 + tick;
  const truth = 50 * intervalMs;
  const mangled = (
    change: (point: { at: number; value: number }, tick: number) => readonly { at: number; value: number }[],
  ): Series => {
    const whole = seriesOf(30, up);
    const points = whole.at.flatMap((at, tick) => change({ at, value: whole.value[tick] ?? 0 }, tick));
    return { at: points.map(({ at }) => at), value: points.map(({ value }) => value) };
  };
  test.each([
    {
      name: 'NaN and infinity between',
      series: mangled((p, tick) => [p, { at: p.at + 5, value: tick % 2 ? Number.NaN : 1 / 0 }]),
    },
    {
      name: 'a time that is NaN',
      series: mangled((p, tick) => (tick === 9 ? [{ at: Number.NaN, value: 1e9 }, p] : [p])),
    },
    { name: 'every point twice, the later told counts', series: mangled((p) => [{ at: p.at, value: 0 }, p]) },
    {
      name: 'a stray from an hour ago',
      series: mangled((p, tick) => (tick === 20 ? [{ at: p.at - 3.6e6, value: 0 }, p] : [p])),
    },
    {
      name: 'two strays as the newest',
      series: mangled((p, tick) => (tick === 29 ? [p, { at: 100, value: 0 }, { at: 200, value: 0 }] : [p])),
    },
    { name: 'a gap', series: mangled((p, tick) => (tick > 8 && tick < 22 ? [] : [p])) },
    { name: 'a third of the points', series: mangled((p, tick) => (tick % 3 === 2 ? [p] : [])) },
    { name: 'one wild value', series: mangled((p, tick) => (tick === 15 ? [{ ...p, value: 99 }] : [p])) },
    {
      name: 'numbers from a clock that was an hour ahead',
      series: mangled((p, tick) => (tick < 12 ? [{ at: p.at + 3.6e6, value: 20 + 3 * tick }] : [p])),
    },
    {
      name: 'numbers from a clock that was 20 s ahead',
      series: mangled((p, tick) => (tick < 12 ? [{ at: p.at + 20_000, value: 3 * tick }] : [p])),
    },
  ])('$name: the ETA is the same', ({ series }) => {
    const forecast = told(series, rising, 29 * intervalMs);
    expect(forecast.eta.at).toBeCloseTo(truth, -1);
  });

  test('a step of whole numbers is a trend too', () => {
    const { eta } = told(seriesOf(120, (tick) => Math.floor(40 + tick / 4)));
    expect(Math.abs(eta.at - 240 * intervalMs)).toBeLessThan(30 * intervalMs);
  });

  test('a long series is folded, not cut: its whole span is fitted', () => {
    const noise = noiseFrom(3);
    const forecast = told(seriesOf(3000, (tick) => 20 + 0.02 * tick + 3 * noise()));
    expect(forecast.span).toBeGreaterThan(2000 * intervalMs);
    expect(Math.abs(forecast.eta.at - 4000 * intervalMs)).toBeLessThan(100 * intervalMs);
  });

  test('a climb that gets steeper is told later than it comes, and each new number brings it nearer', () => {
    const shape = (tick: number) => 20 + tick ** 2 / 50;
    const etas = [48, 52, 56].map((ticks) => told(seriesOf(ticks, shape)).eta.at);
    expect(etas.toSorted((a, b) => b - a)).toEqual(etas);
    expect(etas.at(-1)).toBeGreaterThan(Math.sqrt(80 * 50) * intervalMs);
  });
});

describe('at the limit, and unseen', () => {
  test.each([1, 5, 30])('past the limit is reached now, on %i numbers', (ticks) => {
    const series = seriesOf(ticks, () => 100);
    const now = last(series) + 1000;
    const forecast = told(series, rising, now);
    expect(forecast).toMatchObject({ reached: true, value: 100, eta: { at: now, earliest: now, latest: now } });
  });

  test('numbers that are all from the future tell nothing: the clock has stepped back and nothing has been seen since', () => {
    for (const value of [50, 200])
      expect(
        ask(
          seriesOf(20, (tick) => value + tick, 3_600_000),
          rising,
          1000,
        ),
      ).toBeNull();
  });

  test('below a falling limit is reached too', () => {
    expect(
      told(
        seriesOf(3, () => 4),
        { ...rising, direction: 'falling', limit: 5 },
      ).reached,
    ).toBe(true);
  });

  test('numbers older than three intervals tell nothing, not even that the limit was passed', () => {
    for (const value of [70, 200]) {
      const series = seriesOf(20, (tick) => value + tick);
      expect(ask(series, rising, last(series) + 3 * intervalMs)).not.toBeNull();
      expect(ask(series, rising, last(series) + 3 * intervalMs + 1)).toBeNull();
    }
  });

  test('whether a null is an all-clear can be asked', () => {
    const flat = seriesOf(20, () => 50);
    expect(canForecast(flat, { now: last(flat), intervalMs })).toBe(true);
    expect(canForecast(flat, { now: last(flat) + 4 * intervalMs, intervalMs })).toBe(false);
    expect(
      canForecast(
        seriesOf(7, () => 50),
        { now: 18_000, intervalMs },
      ),
    ).toBe(false);
    expect(
      canForecast(
        seriesOf(20, () => Number.NaN),
        { now: last(flat), intervalMs },
      ),
    ).toBe(false);
  });
});
