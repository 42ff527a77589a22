import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Impact } from '../picture.ts';
import { advance, type Condition, type Lifecycle, noAlerts, resumed, type Timing } from './lifecycle.ts';

const timing: Timing = { rememberMs: 600_000, longestStepMs: 15_000 };
const patience = { forMs: 60_000, keepFiringForMs: 30_000 };
const impact = (condition: Impact['condition']): Impact => ({
  id: 'impact|order|ward',
  workflow: 'order',
  site: 'ward',
  path: ['order', 'epj'],
  causes: ['epj'],
  evidence: { da: 'EPJ svarer ikke', en: 'EPJ does not answer' },
  firstAction: null,
  runbook: null,
  fallback: null,
  condition,
});
const seen = (word: 'holds' | 'unknown' | 'gone'): readonly Condition[] =>
  word === 'gone'
    ? []
    : [
        {
          id: 'impact|order|ward',
          rule: 'impact',
          severity: 'page',
          node: 'order',
          site: 'ward',
          about: impact(word),
          ...patience,
        },
      ];

/** Plays words at a step of ten seconds unless told otherwise; the phases they lead to, `!` where frozen. */
const play = (words: readonly ('holds' | 'unknown' | 'gone')[], stepMs = 10_000): string[] => {
  let life: Lifecycle = noAlerts;
  return words.map((word, index) => {
    const ms = 1000 + index * stepMs;
    life = advance(life, seen(word), { now: { wall: ms, mono: ms }, timing });
    const [tracked] = life.tracked;
    return tracked === undefined ? '-' : `${tracked.alert.phase}${tracked.alert.frozen ? '!' : ''}`;
  });
};
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('the story of one alert: pending for a minute, firing, kept half a minute after the trouble, resolved', () => {
  expect(play([...times(7, 'holds' as const), ...times(3, 'gone' as const)])).toEqual([
    ...times(6, 'pending'),
    'firing',
    ...times(2, 'firing'),
    'resolved',
  ]);
});
test('trouble that passes before its time leaves nothing', () => {
  expect(play(['holds', 'holds', 'gone'])).toEqual(['pending', 'pending', '-']);
});
test('unknown stops the clock of a pending alert and does not start it over', () => {
  const words = [...times(4, 'holds' as const), ...times(20, 'unknown' as const), ...times(3, 'holds' as const)];
  expect(play(words)).toEqual([...times(4, 'pending'), ...times(20, 'pending!'), ...times(2, 'pending'), 'firing']);
});
test('unknown resolves nothing, however long it lasts', () => {
  expect(play([...times(7, 'holds' as const), ...times(100, 'unknown' as const)]).slice(6)).toEqual([
    'firing',
    ...times(100, 'firing!'),
  ]);
});
test('unknown starts nothing', () => {
  expect(play(times(10, 'unknown'))).toEqual(times(10, '-'));
});
test('a flap while firing does not resolve and fire again', () => {
  expect(play([...times(7, 'holds' as const), 'gone', 'gone', 'holds', 'gone', 'gone']).slice(6)).toEqual(
    times(6, 'firing'),
  );
});
test('trouble that returns after it was resolved begins anew', () => {
  expect(play([...times(7, 'holds' as const), ...times(3, 'gone' as const), 'holds']).at(-1)).toBe('pending');
});
test('ticks that stop for an hour let neither `for` nor `keepFiringFor` elapse', () => {
  expect(play(['holds', 'holds'], 3_600_000)).toEqual(['pending', 'pending']);
  const firing = times(6, 'holds' as const);
  expect(play([...firing, 'gone', 'gone'], 3_600_000).slice(-3)).toEqual(['firing', 'firing', 'resolved']);
});
test('after a restart what fired still fires, and only a judged end resolves it', () => {
  const at = (ms: number) => ({ now: { wall: ms, mono: ms }, timing });
  let life: Lifecycle = noAlerts;
  for (let ms = 0; ms <= 60_000; ms += 10_000) life = advance(life, seen('holds'), at(ms));
  let after = resumed(
    life.tracked.map(({ alert }) => alert),
    30_000,
  );
  after = advance(after, seen('unknown'), at(500_000));
  expect(after.tracked[0]?.alert).toMatchObject({ phase: 'firing', frozen: true });
  for (const ms of [510_000, 520_000, 530_000]) after = advance(after, [], at(ms));
  expect(after.tracked[0]?.alert.phase).toBe('resolved');
});
test('after a restart unknown brings the rule’s own patience back', () => {
  const at = (ms: number) => ({ now: { wall: ms, mono: ms }, timing });
  let life: Lifecycle = noAlerts;
  for (let ms = 0; ms <= 60_000; ms += 10_000) life = advance(life, seen('holds'), at(ms));
  let after = resumed(
    life.tracked.map(({ alert }) => alert),
    1_000,
  );
  after = advance(after, seen('unknown'), at(500_000));
  after = advance(after, [], at(510_000));
  expect(after.tracked[0]?.alert).toMatchObject({ phase: 'firing', over: true });
});
test('nothing but a judged end resolves an alert', () => {
  const words = fc.array(fc.constantFrom<'holds' | 'unknown' | 'gone'>('holds', 'unknown', 'gone'), { maxLength: 60 });
  fc.assert(
    fc.property(words, (given) => {
      const phases = play(given);
      for (const [index, phase] of phases.entries()) {
        const before = phases[index - 1] ?? '-';
        if (before.startsWith('firing') && given[index] !== 'gone') expect(phase).toMatch(/^firing/);
        if (phase === 'resolved' && before !== 'resolved')
          expect(given.slice(index - 2, index + 1).filter((word) => word !== 'gone' && word !== 'unknown')).toEqual([]);
        if (given[index] === 'unknown' && before !== '-') expect(phase.replace('!', '')).toBe(before.replace('!', ''));
      }
    }),
    { numRuns: 500 },
  );
});
