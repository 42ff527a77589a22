/** What a YAML scalar is taken for by the YAML library of blackbox_exporter, so that the same files are accepted. */
export type Resolved =
  | { readonly is: 'null' }
  | { readonly is: 'bool'; readonly value: boolean }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'time' }
  | { readonly is: 'text' };

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};
const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const infinite = /^[-+]?\.(?:inf|Inf|INF)$/;
const notANumber = new Set(['.nan', '.NaN', '.NAN']);
const time =
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?(?:Z|[-+]\d{2}:\d{2})|[ ]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d+)?)?$/;
const decimal = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
/** Whole numbers in other bases; a leading zero alone is octal too. */
const bases: readonly (readonly [RegExp, number])[] = [
  [/^([-+]?)0[xX]([0-9a-fA-F]+)$/, 16],
  [/^([-+]?)0[bB]([01]+)$/, 2],
  [/^([-+]?)0[oO]?([0-7]+)$/, 8],
];

const numberIn = (text: string): number | null => {
  const plain = text.replaceAll('_', '');
  for (const [pattern, base] of bases) {
    const [, sign, digits] = pattern.exec(plain) ?? [];
    if (digits !== undefined) return Number.parseInt(digits, base) * (sign === '-' ? -1 : 1);
  }
  return decimal.test(plain) ? Number(plain) : null;
};

/** A scalar that stands without quotes. */
export const resolve = (text: string): Resolved => {
  if (nulls.has(text)) return { is: 'null' };
  const truth = truths[text];
  if (truth !== undefined) return { is: 'bool', value: truth };
  if (notANumber.has(text)) return { is: 'number', value: Number.NaN };
  if (infinite.test(text)) return { is: 'number', value: text.startsWith('-') ? -Infinity : Infinity };
  if (!/^[-+.\d]/.test(text)) return { is: 'text' };
  if (time.test(text)) return { is: 'time' };
  const value = numberIn(text);
  return value === null ? { is: 'text' } : { is: 'number', value };
};

/** Words of YAML 1.1 that are still taken where a truth is asked for. */
export const oldTruths: Readonly<Record<string, boolean>> = Object.fromEntries(
  [
    ['y', 'yes', 'on'],
    ['n', 'no', 'off'],
  ].flatMap((words, index) =>
    words.flatMap((word) =>
      [word, word.toUpperCase(), `${word[0]?.toUpperCase()}${word.slice(1)}`].map((one) => [one, index === 0] as const),
    ),
  ),
);
