/** Longest first: the order in which a duration is written. */
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** One or more of days, hours, minutes, seconds and milliseconds, longest first: `30s`, `1h30m`. */
export const durationPattern = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** Milliseconds; null when the text is no duration. A day is 24 hours, whatever the clock does. */
export const parseDuration = (text: string): number | null => {
  const match = durationPattern.exec(text);
  if (match === null) return null;
  return units.reduce((sum, [, size], index) => sum + Number(match[index + 1] ?? 0) * size, 0);
};

/** The shortest text that `parseDuration` reads back: `90_000` is `1m30s`. Parts of a millisecond are rounded away. */
export const formatDuration = (ms: number): string => {
  if (!Number.isFinite(ms)) return String(ms);
  let rest = Math.round(Math.abs(ms));
  const parts = units.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.some((part) => part !== '') ? `${ms < 0 ? '-' : ''}${parts.join('')}` : '0s';
};
