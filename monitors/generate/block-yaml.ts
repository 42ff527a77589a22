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

/** Lines that stand in a block as they are: nothing but what is seen, no white space before the first or at an end. */
const blockable = /^[!-~](?:[ -~]|\n(?=[ -~]))*\n?$/;
const inBlock = (text: string, indent: string): string | null => {
  if (!text.slice(0, -1).includes('\n') || !blockable.test(text) || /[ ]$/m.test(text)) return null;
  const ends = text.endsWith('\n');
  const lines = (ends ? text.slice(0, -1) : text).split('\n');
  return `${ends ? '|' : '|-'}\n${lines.map((line) => indent + line).join('\n')}`;
};

const inLine = (text: string): string => (plain.test(text) && !taken.test(text) ? text : quoted(text));
const scalar = (value: string | number | boolean | null, indent: string): string =>
  typeof value === 'string' ? (inBlock(value, indent) ?? inLine(value)) : JSON.stringify(value);

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain | undefined };
const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);
const isMapping = (value: Plain): value is { readonly [key: string]: Plain | undefined } =>
  typeof value === 'object' && value !== null && !isList(value);

/** The lines of a value, of which the first goes behind what is there. */
const write = (value: Plain, indent: string, parts: string[]): void => {
  if (isList(value)) {
    if (value.length === 0) parts.push(' []\n');
    else {
      parts.push('\n');
      for (const item of value) writeItem(item, indent, parts);
    }
  } else if (isMapping(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (entries.length === 0) parts.push(' {}\n');
    else {
      parts.push('\n');
      for (const [key, inner] of entries) writeEntry(key, inner as Plain, indent, parts);
    }
  } else parts.push(' ', scalar(value, indent), '\n');
};
const writeEntry = (key: string, value: Plain, indent: string, parts: string[]): void => {
  parts.push(indent, inLine(key), ':');
  write(value, `${indent}  `, parts);
};
const writeItem = (item: Plain, indent: string, parts: string[]): void => {
  parts.push(indent, '-');
  const entries = isMapping(item) ? Object.entries(item).filter(([, inner]) => inner !== undefined) : [];
  if (entries.length === 0) {
    write(item, `${indent}  `, parts);
    return;
  }
  let before = ' ';
  for (const [key, inner] of entries) {
    parts.push(before, inLine(key), ':');
    write(inner as Plain, `${indent}    `, parts);
    before = `${indent}  `;
  }
};

/** Never a tab, an anchor or a folded line; a mapping keeps its order. */
export const blockYaml = (value: { readonly [key: string]: Plain | undefined }): string => {
  const parts: string[] = [];
  write(value, '', parts);
  return parts.join('').replace(/^[ \n]/, '');
};
