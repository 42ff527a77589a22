import { hoursPlane, occurrences } from '../infra/landscape/calendar.ts';
import type { Landscape, NodeId, Text } from '../infra/landscape/model.ts';
import { type Day, type Event, minutesPerDay, wordsPerDay } from './history/history.ts';
import { minuteMs } from './history/slicer.ts';
import type { Calendar, Reason } from './slo/book.ts';

const dayMs = minutesPerDay * minuteMs;
type Stretch = { readonly from: number; readonly to: number };

/** An exclusion somebody approved, as the event log keeps it: `{ node, from, to }` in wall ms. It may be granted afterwards. */
export const exclusionKind = 'exclusion';

const isStretch = (data: unknown): data is Stretch & { readonly node: NodeId } =>
  typeof data === 'object' &&
  data !== null &&
  'node' in data &&
  typeof data.node === 'string' &&
  'from' in data &&
  typeof data.from === 'number' &&
  'to' in data &&
  typeof data.to === 'number';

/** Minutes that lie wholly or partly in a stretch: bit m of word w is minute w * 32 + m of the day. */
const planeOf = (day: Day, stretches: readonly Stretch[]): Uint32Array => {
  const plane = new Uint32Array(wordsPerDay);
  for (const { from, to } of stretches) {
    const first = Math.max(0, Math.floor((from - day * dayMs) / minuteMs));
    const last = Math.min(minutesPerDay, Math.ceil((to - day * dayMs) / minuteMs));
    for (let minute = first; minute < last; minute += 1)
      plane[minute >> 5] = (plane[minute >> 5] ?? 0) | (1 << (minute & 31));
  }
  return plane;
};

type Granted = Stretch & { readonly node: NodeId; readonly id: string; readonly who: string; readonly why: Text };

const grantedIn = (events: readonly Event[]): readonly Granted[] =>
  events.flatMap(({ kind, data, who, why }, index) => {
    if (kind !== exclusionKind || !isStretch(data)) return [];
    const { node, from, to } = data;
    return [{ id: `approved ${index}`, who, why: { da: why, en: why }, node, from, to }];
  });

/** What does not count, and when: declared service windows, and exclusions approved in the event log, each with who and why. */
export const calendarOf = (landscape: Landscape, events: readonly Event[]): Calendar => {
  const granted = grantedIn(events);
  const nothing = new Uint32Array(wordsPerDay);
  const reasons = (node: NodeId, day: Day): readonly Reason[] => {
    const [from, to] = [day * dayMs, (day + 1) * dayMs];
    const planned = landscape.windows
      .filter(({ nodes }) => nodes.includes(node))
      .flatMap((window): readonly Reason[] => {
        const found = occurrences(window, from, to);
        if (found.length === 0) return [];
        const plane = planeOf(day, found);
        return [{ kind: 'window', id: `window ${window.id}`, who: window.id, why: window.title, plane }];
      });
    const approved = granted
      .filter((one) => one.node === node && one.from < to && one.to > from)
      .map(({ id, who, why, ...one }): Reason => ({ kind: 'approved', id, who, why, plane: planeOf(day, [one]) }));
    return [...planned, ...approved];
  };
  return {
    reasons,
    excluded: (node, day) => {
      const planes = reasons(node, day).map(({ plane }) => plane);
      const [first, ...rest] = planes;
      if (first === undefined) return nothing;
      for (const plane of rest) for (const [word, bits] of plane.entries()) first[word] = (first[word] ?? 0) | bits;
      return first;
    },
    hours: (hours, day) => hoursPlane(hours, day),
  };
};
