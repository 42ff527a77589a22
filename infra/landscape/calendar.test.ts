import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import minimal from '../../stacks/minimal/landscape.ts';
import { hoursMinutes, hoursPlane, inServiceWindow, occurrences, withinHours } from './calendar.ts';
import type { ServiceHours, ServiceWindow } from './model.ts';
import { normalise } from './normalise.ts';

const zone = 'Europe/Copenhagen';
const window = (more: Partial<ServiceWindow>): ServiceWindow => ({
  id: 'patching',
  title: { da: 'Opdatering', en: 'Patching' },
  nodes: ['epj-db-1'],
  rrule: 'FREQ=MONTHLY;BYDAY=1TU,3TU',
  start: '2026-01-06T21:00',
  zone,
  durationMs: 6 * 3_600_000,
  ...more,
});
const at = (utc: string): number => Date.parse(utc);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const between = (one: ServiceWindow, from: string, to: string) =>
  occurrences(one, at(from), at(to)).map(({ from, to }) => `${iso(from)} ${iso(to)}`);

describe('occurrences', () => {
  test('the first and third Tuesday from nine in the evening, past midnight, winter and summer', () => {
    expect(between(window({}), '2026-03-01T00:00Z', '2026-05-01T00:00Z')).toEqual([
      '2026-03-03T20:00 2026-03-04T02:00',
      '2026-03-17T20:00 2026-03-18T02:00',
      '2026-04-07T19:00 2026-04-08T01:00',
      '2026-04-21T19:00 2026-04-22T01:00',
    ]);
  });

  const daily = (start: string, more: Partial<ServiceWindow> = {}) => window({ rrule: 'FREQ=DAILY', start, ...more });
  test('a start that the clocks skip moves forward by an hour, that day only', () => {
    expect(
      between(daily('2026-03-01T02:30', { durationMs: 60_000 }), '2026-03-28T00:00Z', '2026-03-31T00:00Z'),
    ).toEqual([
      '2026-03-28T01:30 2026-03-28T01:31',
      '2026-03-29T01:30 2026-03-29T01:31',
      '2026-03-30T00:30 2026-03-30T00:31',
    ]);
  });

  test('a start that comes twice is the earlier', () => {
    expect(
      between(daily('2026-10-01T02:30', { durationMs: 60_000 }), '2026-10-24T00:00Z', '2026-10-27T00:00Z'),
    ).toEqual([
      '2026-10-24T00:30 2026-10-24T00:31',
      '2026-10-25T00:30 2026-10-25T00:31',
      '2026-10-26T01:30 2026-10-26T01:31',
    ]);
  });

  test('six hours are six hours on both nights the clocks change', () => {
    const nights = daily('2026-01-01T21:00');
    expect(between(nights, '2026-03-28T21:00Z', '2026-03-29T01:00Z')).toEqual(['2026-03-28T20:00 2026-03-29T02:00']);
    expect(between(nights, '2026-10-24T21:00Z', '2026-10-25T00:59Z')).toEqual(['2026-10-24T19:00 2026-10-25T01:00']);
  });

  test('an end in UTC is the same moment in winter and summer', () => {
    const until = (text: string) =>
      window({ rrule: `FREQ=DAILY;UNTIL=${text}`, start: '2026-06-01T21:00', durationMs: 60_000 });
    expect(between(until('20260602T190000Z'), '2026-06-01T00:00Z', '2026-07-01T00:00Z')).toHaveLength(2);
    expect(between(until('20260602T185959Z'), '2026-06-01T00:00Z', '2026-07-01T00:00Z')).toHaveLength(1);
  });

  test('a window touches what it overlaps and nothing else', () => {
    const one = window({ rrule: 'FREQ=DAILY;COUNT=1', start: '2026-01-06T21:00' });
    const [from, to] = [at('2026-01-06T20:00Z'), at('2026-01-07T02:00Z')];
    expect([
      occurrences(one, from - 1, from).length,
      occurrences(one, from, from + 1).length,
      occurrences(one, to - 1, to).length,
      occurrences(one, to, to + 1).length,
    ]).toEqual([0, 1, 1, 0]);
  });

  test('a window longer than the step looked at is found from its middle', () => {
    const long = window({ rrule: 'FREQ=YEARLY', start: '2020-07-01T00:00', durationMs: 20 * 86_400_000 });
    expect(between(long, '2026-07-15T12:00Z', '2026-07-15T12:01Z')).toHaveLength(1);
  });

  test('a zone far from UTC, on either side', () => {
    const far = (zone: string) => window({ zone, rrule: 'FREQ=DAILY', start: '2026-01-01T12:00', durationMs: 60_000 });
    expect(between(far('Pacific/Kiritimati'), '2026-01-10T00:00Z', '2026-01-11T00:00Z')).toEqual([
      '2026-01-10T22:00 2026-01-10T22:01',
    ]);
    expect(between(far('Pacific/Niue'), '2026-01-10T00:00Z', '2026-01-11T00:00Z')).toEqual([
      '2026-01-10T23:00 2026-01-10T23:01',
    ]);
  });
});

test('the nodes of a window are in service while it lasts', () => {
  const landscape = {
    ...normalise(minimal),
    windows: [window({}), window({ id: 'other', nodes: ['epj-db-1', 'idp-1'] })],
  };
  expect([...inServiceWindow(landscape, at('2026-03-03T21:00Z'))].sort()).toEqual(['epj-db-1', 'idp-1']);
  expect(inServiceWindow(landscape, at('2026-03-04T02:00Z')).size).toBe(0);
});

const hours = (more: Partial<ServiceHours> = {}): ServiceHours => ({
  days: [1, 2, 3, 4, 5],
  from: '07:00',
  to: '16:00',
  zone,
  ...more,
});

describe('withinHours', () => {
  test.each([
    ['a Monday morning in winter begins at six UTC', '2026-01-05T06:00Z', hours(), true],
    ['and not a minute before', '2026-01-05T05:59Z', hours(), false],
    ['a Monday morning in summer begins at five UTC', '2026-07-06T05:00Z', hours(), true],
    ['the end is not included', '2026-01-05T15:00Z', hours(), false],
    ['a Saturday is no weekday', '2026-01-10T10:00Z', hours(), false],
    ['until midnight', '2026-01-05T22:59Z', hours({ to: '24:00' }), true],
    ['but not after', '2026-01-05T23:00Z', hours({ to: '24:00', days: [1] }), false],
    ['a night that began on Monday', '2026-01-06T03:00Z', hours({ days: [1], from: '22:00', to: '06:00' }), true],
    ['belongs to no Tuesday', '2026-01-06T21:30Z', hours({ days: [1], from: '22:00', to: '06:00' }), false],
    ['a night from Sunday to Monday', '2026-01-05T03:00Z', hours({ days: [7], from: '22:00', to: '06:00' }), true],
  ])('%s', (_sentence, moment, given, expected) => {
    expect(withinHours(given, at(moment))).toBe(expected);
  });
});

describe('planes', () => {
  const bit = (words: Uint32Array, minute: number) => (((words[minute >>> 5] ?? 0) >>> (minute & 31)) & 1) === 1;
  const dayOf = (utc: string) => at(utc) / 86_400_000;
  const count = (words: Uint32Array) =>
    Array.from({ length: 1440 }, (_, minute) => bit(words, minute)).filter(Boolean).length;

  test.each([
    ['an ordinary day has nine hours of nine', '2026-01-05T00:00Z', hours(), 540],
    [
      'the day the clocks go forward lacks an hour',
      '2026-03-29T00:00Z',
      hours({ days: [7], from: '00:00', to: '06:00' }),
      240,
    ],
    ['the day they go back has one more', '2026-10-25T00:00Z', hours({ days: [7], from: '00:00', to: '06:00' }), 300],
  ])('%s', (_sentence, day, given, minutes) => {
    // The UTC day begins one or two hours into the local one.
    expect(count(hoursPlane(given, dayOf(day)))).toBe(minutes);
  });

  test('a plane is 45 words', () => {
    expect(hoursPlane(hours(), dayOf('2026-01-05T00:00Z'))).toHaveLength(45);
  });

  test('every bit says what withinHours says, in any zone, around any change of clocks', () => {
    const zones = [
      zone,
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
      'Pacific/Apia',
      'Africa/Casablanca',
    ];
    const time = fc
      .integer({ min: 0, max: 1439 })
      .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
    const given = fc.record({
      days: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
      from: time,
      to: fc.oneof(time, fc.constant('24:00')),
      zone: fc.constantFrom(...zones),
    });
    const first = fc.oneof(
      fc.integer({ min: at('2011-12-01T00:00Z') / 60_000, max: at('2027-01-01T00:00Z') / 60_000 }),
      fc.constantFrom(at('2026-03-28T23:00Z') / 60_000, at('2026-10-24T23:00Z') / 60_000),
    );
    fc.assert(
      fc.property(given, first, fc.integer({ min: 0, max: 400 }), (these, firstMinute, length) => {
        const words = hoursMinutes(these, firstMinute, length);
        for (let index = 0; index < words.length * 32; index += 1)
          expect(bit(words, index)).toBe(index < length && withinHours(these, (firstMinute + index) * 60_000));
      }),
      { numRuns: 40 },
    );
  });
});
