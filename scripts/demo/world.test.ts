import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRamps, createRandom, createWeather, remembering } from './world.ts';

test('the same seed brings the same numbers, another seed others', () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 20 }, random);
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  for (const value of draw(3)) expect(value).toSatisfy((number: number) => number >= 0 && number < 1);
});

test('a ramp goes in a straight line from where it is, also when it is sent elsewhere half way', () => {
  let at = 0;
  const ramps = createRamps(() => at);
  ramps.send('delay', 100, 1_000);
  at = 500;
  expect(ramps.at('delay')).toBe(50);
  ramps.send('delay', 0, 100);
  at = 550;
  expect(ramps.at('delay')).toBe(25);
  at = 9_000;
  expect(ramps.at('delay')).toBe(0);
  expect(ramps.at('nothing')).toBe(0);
});

test('whoever tries again within seconds is never reset twice', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 400 }), (seed, gaps) => {
      let at = 0;
      const weather = createWeather(createRandom(seed), () => at);
      let last = Number.NEGATIVE_INFINITY;
      for (const gap of gaps) {
        at += gap;
        if (!weather.resets('epj')) continue;
        expect(at - last).toBeGreaterThanOrEqual(30_000);
        last = at;
      }
    }),
  );
});

test('an answer is kept for its time, shared while it is under way, and a failure never kept', async () => {
  let at = 0;
  let asked = 0;
  let works = true;
  const ask = remembering(
    () => at,
    1_000,
    async () => {
      asked += 1;
      if (!works) throw new Error('down');
      return asked;
    },
  );
  expect(await Promise.all([ask('a'), ask('a')])).toEqual([1, 1]);
  at = 999;
  expect(await ask('a')).toBe(1);
  at = 1_000;
  works = false;
  await expect(ask('a')).rejects.toThrow('down');
  works = true;
  expect(await ask('a')).toBe(3);
});
