/** Numbers and durations the way Go and Prometheus print them: what stands in a rule is compared as text. */

/** The shortest digits that read back, with an exponent below 1e-4 and from a million on, as `%v` of Go has it. */
export const goFloat = (value: number): string => {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
};

/** The shortest digits that read back, never with an exponent, as `'f', -1` of Go has it. */
export const goDecimal = (value: number): string => {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const places = Math.max(0, digits.replace(/^\d\.?/, '').length - Number(exponent));
  return places > 100 ? String(value) : value.toFixed(places);
};

/** Longest first; a year and a week only where nothing is left over, so that 28 days are `4w` and 30 days `30d`. */
const units = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
] as const;

/** A duration as Prometheus prints it: part of the names that are recorded. */
export const promDuration = (ms: number): string => {
  let [rest, text] = [ms, ''];
  for (const [unit, size, exact] of units) {
    if (exact && rest % size !== 0) continue;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
};
