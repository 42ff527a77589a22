import { hoursPlane, occurrences } from '../infra/landscape/calendar.ts';
import type { Landscape, NodeId } from '../infra/landscape/model.ts';
import { type Day, type Event, minutesPerDay, wordsPerDay } from './history/history.ts';
import { minuteMs } from './history/slicer.ts';
import type { Calendar } from './slo/book.ts';

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

/** What does not count, and when: declared service windows, and exclusions approved in the event log. */
export const calendarOf = (landscape: Landscape, events: readonly Event[]): Calendar => {
  const granted = events.flatMap(({ kind, data }) => (kind === exclusionKind && isStretch(data) ? [data] : []));
  const nothing = new Uint32Array(wordsPerDay);
  return {
    excluded: (node, day) => {
      const [from, to] = [day * dayMs, (day + 1) * dayMs];
      const planned = landscape.windows
        .filter(({ nodes }) => nodes.includes(node))
        .flatMap((window) => occurrences(window, from, to));
      const approved = granted.filter((one) => one.node === node && one.from < to && one.to > from);
      return planned.length + approved.length === 0 ? nothing : planeOf(day, [...planned, ...approved]);
    },
    hours: (hours, day) => hoursPlane(hours, day),
  };
};
