import { describe, expect, test } from 'vitest';
import { marginText } from './marks.ts';
import { night } from './testing/fixture.ts';
import { createVoice } from './voice.ts';

const zone = 'Europe/Copenhagen';
const da = createVoice('da', { zone, now: night });
const en = createVoice('en', { zone, now: night });

describe('a voice', () => {
  test.each([
    [59_999, '59 s', '59 s'],
    [60_000, '60 s', '60 s'],
    [194_900, '3 min 14 s', '3 min 14 s'],
    [1_859_999, '30 min', '30 min'],
    [7_080_000, '1 t 58 min', '1 h 58 min'],
    [7_200_000, '2 t', '2 h'],
    [71_999_999, '19 t', '19 h'],
    [172_800_000, '2 dage', '2 days'],
    [259_199_999, '2 dage', '2 days'],
    [-5, '0 s', '0 s'],
  ])('says %i ms as %s and %s', (ms, danish, english) => {
    expect([da.duration(ms), en.duration(ms)]).toEqual([danish, english]);
  });
  test.each([
    ['30d', '30 dage', '30 days'],
    ['1d', '1 dag', '1 day'],
    ['6h', '6 t', '6 h'],
    ['5m', '5 min', '5 min'],
    ['1h30m', '1h30m', '1h30m'],
  ])('says the window %s as %s and %s', (declared, danish, english) => {
    expect([da.window(declared), en.window(declared)]).toEqual([danish, english]);
  });
  test('never rounds a share up to all', () => {
    expect(en.percent(0.999999)).toBe('99.999%');
    expect(da.percent(0.99949999, 2)).toBe('99,94\u00a0%');
    expect(en.percent(1)).toBe('100%');
  });
  test('says times in the zone of the authority, with the date on another day', () => {
    expect(da.clock(night)).toBe('03:10');
    expect(en.clock(Date.parse('2026-11-23T22:30:00Z'))).toBe('23 Nov 23:30');
    expect(en.clock(Date.parse('2026-11-23T23:30:00Z'))).toBe('00:30');
  });
  test('says the second 02:30 of the night summer time ends like the first, and tells them apart in full', () => {
    const [first, second] = [Date.parse('2026-10-25T00:30:00Z'), Date.parse('2026-10-25T01:30:00Z')];
    expect(en.clock(first)).toBe(en.clock(second));
    expect(en.full(first)).not.toBe(en.full(second));
  });
  test('tells what was from what will be', () => {
    expect([en.relative(night - 120_000), en.relative(night + 120_000), en.relative(night)]).toEqual([
      '2 min ago',
      'in 2 min',
      'now',
    ]);
  });
});

describe('a margin in words', () => {
  test.each([
    [0, 0, 'broken already'],
    [1, 1, '1 more failure breaks it'],
    [2, 2, '2 more failures break it'],
    [0, 2, 'perhaps broken already; at best 2 more failures break it'],
    [1, 3, '1–3 more failures break it'],
    [2, 4, 'at least 2 more failures to break it'],
    [4, 4, 'more than 3 more failures are needed to break it'],
    [0, 4, 'perhaps broken already; at best more than 3 more failures are needed to break it'],
  ])('%i to %i: %s', (lower, upper, text) => {
    expect(marginText(en, { lower, upper })).toBe(text);
  });
});
