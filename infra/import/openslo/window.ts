import { problem } from '../../landscape/findings.ts';
import { said } from '../../landscape/validate/say.ts';
import { readShorthand, sliceOf } from '../windows.ts';
import type { Place } from './indicator.ts';
import type { Objective, Slo } from './schema.ts';

const wrongDuration = ({ entry, path, telling }: Place, got: unknown): null => {
  const words = {
    expected: 'a duration such as 28d, 4w, 1M or 5m',
    got: said(got),
    remedy: 'write one number and m, h, d, w, M, Q or Y',
  };
  telling.finding(entry.finding(problem('bad-duration', path, words)));
  return null;
};

const firstMidnight = /^\d{4}-\d{2}-01[T ]00:00(?::00)?(?:\.0+)?Z?$/;

/** The window of an SLO as a landscape writes it; null where it cannot be read. `otherwise` is for what names none. */
export const windowOf = ({ spec: { timeWindow = [] } }: Slo, at: Place, otherwise: string): string | null => {
  const { entry, path, telling } = at;
  const [window] = timeWindow;
  if (window === undefined) {
    telling.unsaid(entry.unsaid(path, 'no-window', otherwise));
    return otherwise;
  }
  const here = [...path, 'timeWindow', 0];
  const length = readShorthand(window.duration);
  if (length === null) return wrongDuration({ ...at, path: [...here, 'duration'] }, window.duration);
  const { calendar } = window;
  if (calendar === undefined || window.isRolling === true) {
    if (!length.even) telling.unsaid(entry.unsaid([...here, 'duration'], 'uneven-length', length.text));
    return length.text;
  }
  if (length.calendar === null) {
    telling.unsaid(entry.unsaid([...here, 'duration'], 'odd-calendar', length.text));
    return length.text;
  }
  telling.unsaid(entry.unsaid([...here, 'calendar', 'timeZone'], 'calendar-zone', calendar.timeZone));
  if (!firstMidnight.test(calendar.startTime))
    telling.unsaid(entry.unsaid([...here, 'calendar', 'startTime'], 'calendar-start'));
  return length.calendar;
};

/** How long a slice lasts, as a landscape writes it; null where it cannot be read. */
export const sliceIn = ({ timeSliceWindow }: Objective, at: Place): string | null => {
  const { entry, telling } = at;
  const here = { ...at, path: [...at.path, 'timeSliceWindow'] };
  // A number alone is minutes.
  const text = typeof timeSliceWindow === 'number' ? `${timeSliceWindow}m` : timeSliceWindow;
  const length = text === undefined ? null : readShorthand(text);
  if (length === null) return wrongDuration(here, timeSliceWindow);
  const slice = sliceOf(length.ms);
  if (!slice.exact) telling.unsaid(entry.unsaid(here.path, 'slice-length', slice.text));
  return slice.text;
};
