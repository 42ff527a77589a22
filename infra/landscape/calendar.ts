import { RRuleTemporal } from 'rrule-temporal';
import type { Landscape, NodeId, ServiceHours, ServiceWindow } from './model.ts';

/** Wall clock ms, the end not included. */
export type Occurrence = { readonly from: number; readonly to: number };

const msPerMinute = 60_000;
const msPerDay = 86_400_000;
const minutesPerDay = 1440;
/** No zone is further than this from UTC. */
const furthestOffset = msPerDay;

/**
 * The recurrence is counted on the local calendar, as if it were UTC, and each start is then read in the zone. A start
 * that the clocks skip moves forward by what they skip (02:30 becomes 03:30), one that comes twice is the earlier.
 */
const asUtc = (local: Temporal.PlainDateTime): Temporal.ZonedDateTime => local.toZonedDateTime('UTC');
const inZone = (counted: { readonly epochMilliseconds: number }, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(counted.epochMilliseconds)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

/** RFC 5545 gives UNTIL in UTC; it is compared with local times here. */
const withLocalUntil = (rrule: string, zone: string): string =>
  rrule.replace(/UNTIL=(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/i, (_whole, ...parts: string[]) => {
    const [year, month, day, hour, minute, second] = parts;
    const local = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).toZonedDateTimeISO(
      zone,
    );
    return `UNTIL=${local.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}Z`;
  });

/** Throws what the rule parser or Temporal says of a window that `validate` would have refused. */
const starts = ({ rrule, start, zone }: ServiceWindow, from: number, to: number): readonly number[] => {
  const rule = new RRuleTemporal({
    rruleString: `RRULE:${withLocalUntil(rrule, zone)}`,
    dtstart: asUtc(Temporal.PlainDateTime.from(start)),
  });
  const counted = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC');
  const found = rule.between(counted(from - furthestOffset), counted(to + furthestOffset), true);
  return found.map((one) => inZone(one, zone));
};

/**
 * The occurrences of a window that touch from (inclusive) to (exclusive), whole, in order. A window lasts as long as
 * it says by a stopwatch: six hours are six hours on the night the clocks change too.
 */
export const occurrences = (window: ServiceWindow, from: number, to: number): readonly Occurrence[] =>
  starts(window, Math.floor(from - window.durationMs), Math.ceil(to))
    .map((start) => ({ from: start, to: start + window.durationMs }))
    .filter((one) => one.from < to && one.to > from)
    .sort((a, b) => a.from - b.from);

/** The nodes a declared window holds at a moment. */
export const inServiceWindow = (landscape: Landscape, at: number): ReadonlySet<NodeId> =>
  new Set(
    landscape.windows.filter((window) => occurrences(window, at, at + 1).length > 0).flatMap(({ nodes }) => nodes),
  );

/** Minutes after midnight of `07:30`; `24:00` is the end of the day. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

type Local = { readonly minute: number; readonly day: number };
const dayBefore = (day: number): number => ((day + 5) % 7) + 1;

/** Hours that end before they begin go past midnight, and belong to the day they began. */
const within = ({ days, from, to }: ServiceHours, { minute, day }: Local): boolean => {
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  if (begin < end) return days.includes(day) && minute >= begin && minute < end;
  return (days.includes(day) && minute >= begin) || (days.includes(dayBefore(day)) && minute < end);
};

/** Whether a moment lies in the hours as the clocks of their zone show it; an hour that comes twice counts twice. */
export const withinHours = (hours: ServiceHours, at: number): boolean => {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(hours.zone);
  return within(hours, { minute: local.hour * 60 + local.minute, day: local.dayOfWeek });
};

/** The stretches of a span of UTC in which the zone's offset does not change, each with its offset. */
const steady = (zone: string, from: number, to: number): readonly (Occurrence & { readonly offset: number })[] => {
  const pieces = [];
  for (let at = from; at < to; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
    const next = local.getTimeZoneTransition('next')?.epochMilliseconds ?? to;
    const end = Math.min(to, next);
    pieces.push({ from: at, to: end, offset: local.offsetNanoseconds / 1e6 });
    at = end;
  }
  return pieces;
};

/**
 * The hours as bits, one per UTC minute from `firstMinute` (minutes since 1970): bit m of word w is minute w * 32 + m.
 * A minute counts by how it begins. 32 bits to a word, the last word filled up with zeros.
 */
export const hoursMinutes = (hours: ServiceHours, firstMinute: number, count: number): Uint32Array<ArrayBuffer> => {
  const words = new Uint32Array(Math.ceil(count / 32));
  const from = firstMinute * msPerMinute;
  for (const piece of steady(hours.zone, from, from + count * msPerMinute)) {
    for (let at = Math.ceil(piece.from / msPerMinute) * msPerMinute; at < piece.to; at += msPerMinute) {
      const local = at + piece.offset;
      // 1970-01-01 was a Thursday, ISO weekday 4.
      const day = ((((Math.floor(local / msPerDay) + 3) % 7) + 7) % 7) + 1;
      const minute = Math.floor(local / msPerMinute) - Math.floor(local / msPerDay) * minutesPerDay;
      const index = (at - from) / msPerMinute;
      if (within(hours, { minute, day })) words[index >>> 5] = (words[index >>> 5] ?? 0) | (1 << (index & 31));
    }
  }
  return words;
};

/** The bit plane of one UTC day (days since 1970): 45 words. */
export const hoursPlane = (hours: ServiceHours, day: number): Uint32Array<ArrayBuffer> =>
  hoursMinutes(hours, day * minutesPerDay, minutesPerDay);
