import { type Day, type DayPlanes, minutesPerDay, slice } from '../../../monitors/history/history.ts';

/** Minutes of one hour or one day, by what they held. */
export type Minutes = { readonly good: number; readonly bad: number; readonly unknown: number; readonly none: number };
export type Origin = 'measured' | 'simulated' | 'both';
export type DayMinutes = {
  readonly day: Day;
  readonly origin: Origin;
  readonly hours: readonly Minutes[];
  readonly total: Minutes;
};

const nothing: Minutes = { good: 0, bad: 0, unknown: 0, none: 0 };
const add = (one: Minutes, other: Minutes): Minutes => ({
  good: one.good + other.good,
  bad: one.bad + other.bad,
  unknown: one.unknown + other.unknown,
  none: one.none + other.none,
});

const sliceAt = ({ low, high }: DayPlanes, minute: number): number => {
  const bit = (plane: Uint32Array) => ((plane[minute >>> 5] ?? 0) >>> (minute & 31)) & 1;
  return bit(high) * 2 + bit(low);
};

const names = { [slice.good]: 'good', [slice.bad]: 'bad', [slice.unknown]: 'unknown' } as const;

/** A day may come twice, simulated and measured: what was measured wins, minute by minute. */
const minutesOf = (planes: readonly DayPlanes[]): readonly Minutes[] => {
  const measuredFirst = [...planes].sort((one) => (one.provenance === 'measured' ? -1 : 1));
  const hours = Array.from({ length: 24 }, () => ({ ...nothing }));
  for (let minute = 0; minute < minutesPerDay; minute += 1) {
    const hour = hours[Math.floor(minute / 60)];
    const held = measuredFirst.map((day) => sliceAt(day, minute)).find((value) => value !== slice.notYetWatched);
    if (hour === undefined) continue;
    hour[held === undefined ? 'none' : names[held as keyof typeof names]] += 1;
  }
  return hours;
};

const originOf = (planes: readonly DayPlanes[]): Origin => {
  const origins = new Set(planes.map(({ provenance }) => provenance));
  if (origins.size > 1) return 'both';
  return origins.has('simulated') ? 'simulated' : 'measured';
};

/** Days in order, with minutes by the hour. */
export const daysOf = (planes: readonly DayPlanes[]): readonly DayMinutes[] =>
  [...Map.groupBy(planes, ({ day }) => day)]
    .sort(([one], [other]) => one - other)
    .map(([day, ofDay]) => {
      const hours = minutesOf(ofDay);
      return { day, origin: originOf(ofDay), hours, total: hours.reduce(add, nothing) };
    });
export const totalOf = (days: readonly DayMinutes[]): Minutes => days.map(({ total }) => total).reduce(add, nothing);

/** What an hour shows: one bad minute makes it bad, else one unknown makes it unknown. */
export const faceOf = ({ good, bad, unknown }: Minutes): keyof Minutes => {
  if (bad > 0) return 'bad';
  if (unknown > 0) return 'unknown';
  return good > 0 ? 'good' : 'none';
};
