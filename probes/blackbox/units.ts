/** Durations and sizes as Go programs write them. */

const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const mostSeconds = 2 ** 63 / 1e9;

/** Numbers with units, one after another; null when it is none. */
const sumOf = (text: string, units: Readonly<Record<string, number>>, unit: RegExp): number | null => {
  const [, sign, rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (rest === '') return null;
  let sum = 0;
  let at = 0;
  const part = new RegExp(`(\\d+\\.?\\d*|\\.\\d+)(${unit.source})`, 'y');
  while (at < rest.length) {
    part.lastIndex = at;
    const [whole, number, name = ''] = part.exec(rest) ?? [];
    const factor = Object.hasOwn(units, name) ? units[name] : undefined;
    if (whole === undefined || factor === undefined) return null;
    sum += Number(number) * factor;
    at += whole.length;
  }
  return sign === '-' ? -sum : sum;
};

/** Seconds of a duration such as `1m30s`; null when it is none. */
export const durationOf = (text: string): number | null => {
  const sum = sumOf(text, seconds, /[^\d.]+/);
  return sum === null || Math.abs(sum) > mostSeconds ? null : sum;
};

const powers = ['K', 'M', 'G', 'T', 'P', 'E'];
const sizes = (suffix: string): Readonly<Record<string, number>> => ({
  B: 1,
  ...Object.fromEntries(powers.map((letter, index) => [`${letter}${suffix}`, 1024 ** (index + 1)])),
});
const mostBytes = 2 ** 63;
/** What stands for no limit: one byte less than fits. */
const mostText = '7EiB1023PiB1023TiB1023GiB1023MiB1023KiB1022B';

/** Bytes of a size such as `1MiB` or `1MB`, both by 1024; null when it is none. */
export const sizeOf = (text: string): number | null => {
  const sum = sumOf(text, sizes('iB'), /[^\d.]+/) ?? sumOf(text, sizes('B'), /[^\d.]+/);
  return sum === null || Math.abs(sum) > mostBytes ? null : Math.trunc(sum);
};

/** As Go writes a duration: `1m30s`, `500ms`. */
export const durationText = (total: number): string => {
  if (total === 0) return '0s';
  const sign = total < 0 ? '-' : '';
  const ns = BigInt(Math.round(Math.abs(total) * 1e9));
  const decimals = (value: bigint, digits: number): string => {
    const unit = 10n ** BigInt(digits);
    const rest = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '');
    return `${value / unit}${rest === '' ? '' : `.${rest}`}`;
  };
  if (ns < 1000n) return `${sign}${ns}ns`;
  if (ns < 1_000_000n) return `${sign}${decimals(ns, 3)}µs`;
  if (ns < 1_000_000_000n) return `${sign}${decimals(ns, 6)}ms`;
  const [hours, minutes] = [ns / 3_600_000_000_000n, (ns / 60_000_000_000n) % 60n];
  const rest = `${decimals(ns % 60_000_000_000n, 9)}s`;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${rest}`;
};

/** As blackbox_exporter writes a size: `1MiB512KiB`. */
export const sizeText = (bytes: number): string => {
  if (bytes >= mostBytes) return mostText;
  const parts: string[] = [];
  let left = bytes;
  for (const unit of ['B', ...powers.map((letter) => `${letter}iB`)]) {
    if (left % 1024 !== 0) parts.unshift(`${left % 1024}${unit}`);
    left = Math.trunc(left / 1024);
    if (left === 0) break;
  }
  return parts.length === 0 ? '0B' : parts.join('');
};
