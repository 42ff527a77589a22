import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { hoursOf, serviceHours } from './hours.ts';
import { maybe, present } from './kinds/kind.ts';
import {
  type CalendarUnit,
  calendarUnits,
  type Indicator,
  type Method,
  methods,
  type NodeId,
  type Promised,
  type PromiseWindow,
} from './model.ts';
import { checkIdOf, idPattern, promiseIdOf } from './names.ts';
import { count, duration, forms, id, words } from './written.ts';

/** What is promised: what may be written, and its normal form. */

const checkName = z
  .string({ error: 'the name of a check' })
  .regex(new RegExp(`${idPattern.source.slice(0, -1)}(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?$`), {
    error: "the name of a check of its own, or 'node/check' of what it needs",
  });

const latency = z.strictObject({
  /** A check of its own by its name, or `node/check` of what it needs. */
  check: checkName,
  /** A signal of the check. @default 'duration' */
  of: id.optional(),
  /** A minute is good when all its runs stayed under it; a number is in the unit of the signal. @example '2s' */
  under: z.union([duration, z.number()], { error: "a duration such as '2s', or a number in the signal's unit" }),
});
const freshness = z.strictObject({
  check: checkName,
  /** A signal in seconds (an age) or a `timestamp`. */
  of: id,
  /** @example '26h' */
  within: duration,
});
const requests = z.strictObject({
  /** PromQL of the good ones over the range `{{window}}`. @example 'sum(increase(http_requests_total{code!~"5.."}[{{window}}]))' */
  good: words,
  /** PromQL of all of them. */
  total: words,
  /** The most there can be in five minutes: with it a gap widens the bounds instead of leaving everything undecided. */
  most: z.number().positive({ error: 'a number above 0' }).optional(),
});
const slice = z.strictObject({
  /** Whole minutes that divide a day. @example '5m' */
  lasts: duration,
  /** Percent of the slice that makes it good; `timeslices` of more than a minute need one. */
  target: z.number().optional(),
});

const promise = z.strictObject({
  /** Percent of what is counted: minutes, or requests. @example 99.95 */
  objective: z.number(),
  /** @example '30d' */
  window: z.union(
    [
      z.enum(calendarUnits),
      z.string().regex(forms.duration, { error: "a duration such as '30d', or 'month', 'quarter' or 'year'" }),
    ],
    { error: "a duration such as '30d', or 'month', 'quarter' or 'year'" },
  ),
  /** A word of its own in the id, where two promises would have the same. */
  name: id.optional(),
  /** How the window is counted. @default 'timeslices' of one minute; of requests 'occurrences' */
  method: z.enum(methods).optional(),
  slice: slice.optional(),
  /** At most one of latency, freshness and requests. @default availability: the minutes of its state */
  latency: latency.optional(),
  freshness: freshness.optional(),
  requests: requests.optional(),
  /** The fewest bad in the long window before a burn may fire. @default 3 */
  fewestBad: count(1, 100_000).optional(),
  /** @default always */
  during: serviceHours.optional(),
});
export const promises = z.array(promise).optional();
export type PromiseInput = z.input<typeof promise>;

const ms = (text: string): number => parseDuration(text) ?? 0;
const minute = 60_000;
const fewestBadByDefault = 3;

const isCalendar = (window: string): window is CalendarUnit => calendarUnits.some((unit) => unit === window);
const spanOf = (window: string, zone: string): PromiseWindow =>
  isCalendar(window) ? { kind: 'calendar', unit: window, zone } : { kind: 'rolling', ms: ms(window) };

const checkFor = (node: NodeId, check: string) => (check.includes('/') ? check : checkIdOf(node, check));
/** The unit a duration is written in place of: seconds, as durations and ages are kept. */
const seconds = (under: string | number): number => (typeof under === 'number' ? under : ms(under) / 1000);

type Requests = Extract<Indicator, { readonly kind: 'requests' }>;
const indicatorOf = (node: NodeId, { latency, freshness, requests }: PromiseInput): Indicator => {
  if (latency !== undefined) {
    const { check, of = 'duration', under } = latency;
    return { kind: 'latency', check: checkFor(node, check), of, under: seconds(under) };
  }
  if (freshness !== undefined) {
    const { check, of, within } = freshness;
    return { kind: 'freshness', check: checkFor(node, check), of, withinMs: ms(within) };
  }
  return requests === undefined
    ? { kind: 'availability' }
    : { kind: 'requests', ...present<Omit<Requests, 'kind'>>(requests) };
};

/** Minutes are the slices of what is measured by the minute; requests count each for itself. */
const methodOf = ({ kind }: Indicator, { method, slice }: PromiseInput): Method => {
  const name = method ?? (kind === 'requests' ? 'occurrences' : 'timeslices');
  if (name === 'occurrences') return { name, version: 1, slice: null };
  return {
    name,
    version: 1,
    slice: { ms: maybe(slice, ({ lasts }) => ms(lasts)) ?? minute, target: slice?.target ?? 100 },
  };
};

export const promisedOf = (node: NodeId, promise: PromiseInput, zone: string): Promised => {
  const { objective, window, name, fewestBad, during } = promise;
  const indicator = indicatorOf(node, promise);
  const word = name ?? (indicator.kind === 'availability' ? null : indicator.kind);
  return {
    id: promiseIdOf(node, word === null ? `${objective}-${window}` : `${word}-${objective}-${window}`),
    node,
    objective,
    window,
    span: spanOf(window, zone),
    indicator,
    method: methodOf(indicator, promise),
    fewestBad: fewestBad ?? fewestBadByDefault,
    during: maybe(during, (hours) => hoursOf(hours, zone)) ?? null,
  };
};
