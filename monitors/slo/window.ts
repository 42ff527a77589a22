import type { CalendarUnit, PromiseWindow } from '../../infra/landscape/model.ts';
import type { Minute } from '../history/history.ts';
import { minuteMs } from '../history/slicer.ts';

/** The end not included; `closes` is where the window will end, later than `to` while a calendar unit runs. */
export type WindowAt = { readonly from: Minute; readonly to: Minute; readonly closes: Minute };

const months: Readonly<Record<CalendarUnit, number>> = { month: 1, quarter: 3, year: 12 };
/** A year with a leap day and an hour of its own, in minutes. */
const mostMinutes: Readonly<Record<CalendarUnit, number>> = { month: 44_700, quarter: 132_600, year: 527_100 };

/** The minute of local midnight; where the clocks skip it, of the first moment of that day. */
const minuteOf = (date: Temporal.PlainDate, zone: string): Minute =>
  Math.round(date.toZonedDateTime(zone).epochMilliseconds / minuteMs);

/** The unit of the calendar that holds a minute, in the zone; its length is what the clocks make it. */
const unitAt = (
  unit: CalendarUnit,
  zone: string,
  minute: Minute,
): { readonly from: Minute; readonly closes: Minute } => {
  const local = Temporal.Instant.fromEpochMilliseconds(minute * minuteMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  const count = months[unit];
  const first = local.with({ day: 1, month: Math.floor((local.month - 1) / count) * count + 1 });
  return { from: minuteOf(first, zone), closes: minuteOf(first.add({ months: count }), zone) };
};

/**
 * What a promise is counted over as of a minute, which is open and not counted. A calendar window is that of the last
 * counted minute: as of the midnight that ends a month, it is the whole month.
 */
export const windowAt = (span: PromiseWindow, asOf: Minute): WindowAt => {
  if (span.kind === 'calendar') return { ...unitAt(span.unit, span.zone, asOf - 1), to: asOf };
  // Whole minutes; a promise shorter than one is counted over one.
  return { from: asOf - longestOf(span), to: asOf, closes: asOf };
};

/** The most minutes a window may reach back. */
export const longestOf = (span: PromiseWindow): number =>
  span.kind === 'calendar' ? mostMinutes[span.unit] : Math.max(1, Math.round(span.ms / minuteMs));
