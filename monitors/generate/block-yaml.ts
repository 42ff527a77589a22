/**
 * YAML of plain data, for files of tens of thousands of entries: a document of the `yaml` library takes a second for
 * each 17,000 rules. What has a comment beside its entries is written by `yaml.ts`. Held to the library by a test:
 * whatever goes in comes out, of a reader of YAML 1.1 and of one of 1.2.
 */

/** Letters, and what is no sign of YAML between them; not what a reader takes for a switch, nothing or a number. */
const plain = /^[A-Za-z_][\w./-]*(?::[\w./-]+)*$/;
const taken = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|e[\d_]+)$/i;
/** What readers of YAML 1.1 break lines at, and what none of them shows. */
const unsafe = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
const quoted = (text: string): string => JSON.stringify(text).replaceAll(unsafe, escaped);

/** What a block would not show as it is: signs that are not seen, blank lines, white space before the first or at an end. */
const unblockable = /[^\n -~]|^[ \n]|\n\n| \n| $/;
const inBlock = (text: string, indent: string): string | null => {
  const first = text.indexOf('\n');
  if (first === -1 || first === text.length - 1 || unblockable.test(text)) return null;
  const ends = text.endsWith('\n');
  return `${ends ? '|' : '|-'}\n${indent}${(ends ? text.slice(0, -1) : text).replaceAll('\n', `\n${indent}`)}`;
};

const inLine = (text: string): string => (plain.test(text) && !taken.test(text) ? text : quoted(text));
const scalar = (value: string | number | boolean | null, indent: string): string =>
  typeof value === 'string' ? (inBlock(value, indent) ?? inLine(value)) : JSON.stringify(value);

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain | undefined };
const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
const isMapping = (value: Plain): value is { readonly [key: string]: Plain | undefined } =>
  typeof value === 'object' && value !== null && !isList(value);

/**
 * Texts are put together from the inside out, and each list is joined when it is done: pieces that are kept till the end
 * are carried from one collection of garbage to the next, which took longer than writing them.
 */
const entries = (value: { readonly [key: string]: Plain | undefined }, indent: string, first: string): string => {
  let [text, before] = ['', first];
  for (const key in value) {
    const inner = value[key];
    if (inner === undefined) continue;
    text += `${before}${inLine(key)}:${after(inner, `${indent}  `)}`;
    before = indent;
  }
  return text;
};
const items = (list: readonly Plain[], indent: string): string =>
  list
    .map((item) => {
      const inner = isMapping(item) ? entries(item, `${indent}  `, ' ') : '';
      return `${indent}-${inner === '' ? after(item, `${indent}  `) : inner}`;
    })
    .join('');
/** What stands behind a key or a dash, with the end of its line. */
const after = (value: Plain, indent: string): string => {
  if (isList(value)) return value.length === 0 ? ' []\n' : `\n${items(value, indent)}`;
  if (!isMapping(value)) return ` ${scalar(value, indent)}\n`;
  const inner = entries(value, indent, indent);
  return inner === '' ? ' {}\n' : `\n${inner}`;
};

/** Never a tab, an anchor or a folded line; a mapping keeps its order. */
export const blockYaml = (value: { readonly [key: string]: Plain | undefined }): string => entries(value, '', '');

/** `{ [key]: [...] }` of items that are made one by one, so that none of them has to be kept. */
export const blockYamlList = <T>(key: string, from: readonly T[], make: (one: T) => readonly Plain[]): string =>
  from.length === 0
    ? blockYaml({ [key]: [] })
    : `${inLine(key)}:\n${from.map((one) => items(make(one), '  ')).join('')}`;
