import { formatDuration } from '../landscape/duration.ts';

/** Windows of other tools as a landscape writes them. */

const day = 86_400_000;
const prometheusUnits = { y: 365 * day, w: 7 * day, d: day, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const prometheusDuration = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** A duration as Prometheus reads it, in milliseconds; null when it is none. */
export const readPrometheus = (text: string): number | null => {
  const match = prometheusDuration.exec(text);
  if (match === null) return null;
  const sizes = Object.values(prometheusUnits);
  const ms = sizes.reduce((sum, size, index) => sum + Number(match[index + 1] ?? 0) * size, 0);
  return ms > 0 ? ms : null;
};

/** OpenSLO's shorthand: one number and one letter. Months, quarters and years have no length of their own. */
const shorthand = /^([1-9]\d*)([mhdwMQY])$/;
const shorthandUnits = { m: 60_000, h: 3_600_000, d: day, w: 7 * day, M: 30 * day, Q: 90 * day, Y: 365 * day } as const;
const calendars: Readonly<Record<string, 'month' | 'quarter' | 'year'>> = { M: 'month', Q: 'quarter', Y: 'year' };

export type Shorthand = {
  readonly ms: number;
  /** As a landscape writes a length. */
  readonly text: string;
  /** What it is one of, when it is one of the calendar's. */
  readonly calendar: 'month' | 'quarter' | 'year' | null;
  /** Whether it is that long whenever it begins. */
  readonly even: boolean;
};
/** Null when it is none. */
export const readShorthand = (text: string): Shorthand | null => {
  const [, digits, letter] = shorthand.exec(text) ?? [];
  if (digits === undefined || letter === undefined) return null;
  // Safe: the pattern has no other letters.
  const ms = Number(digits) * shorthandUnits[letter as keyof typeof shorthandUnits];
  const unit = calendars[letter] ?? null;
  return { ms, text: formatDuration(ms), calendar: digits === '1' ? unit : null, even: unit === null };
};

/** The nearest slice that requests can be counted in: whole steps of five minutes that divide a day. */
export const sliceOf = (ms: number): { readonly text: string; readonly exact: boolean } => {
  const step = 300_000;
  const steps = Array.from({ length: day / step }, (_, index) => (index + 1) * step).filter((one) => day % one === 0);
  const near = steps.reduce((best, one) => (Math.abs(one - ms) < Math.abs(best - ms) ? one : best), step);
  return { text: formatDuration(near), exact: near === ms };
};
