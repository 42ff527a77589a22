export type Selector = { readonly name: string; readonly labels: Readonly<Record<string, string>> };
export type Sample = Selector & { readonly value: number };

const nameAt = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelAt = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,|(?=\}))/y;
const escapes: Readonly<Record<string, string>> = { n: '\n' };

const at = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from;
  return pattern.exec(text);
};

/** `name{label="value",…}` at the start of a text, and where it ended; null when it is none. */
const selectorAt = (text: string): (Selector & { readonly end: number }) | null => {
  const name = at(nameAt, text, 0)?.[0];
  if (name === undefined) return null;
  if (text[name.length] !== '{') return { name, labels: {}, end: name.length };
  const labels: Record<string, string> = {};
  let end = name.length + 1;
  for (let label = at(labelAt, text, end); label !== null; label = at(labelAt, text, end)) {
    labels[label[1] ?? ''] = (label[2] ?? '').replaceAll(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
    end += label[0].length;
  }
  while (text[end] === ' ') end += 1;
  return text[end] === '}' ? { name, labels, end: end + 1 } : null;
};

export const selectorOf = (text: string): Selector | null => {
  const trimmed = text.trim();
  const selector = selectorAt(trimmed);
  return selector === null || selector.end !== trimmed.length ? null : { name: selector.name, labels: selector.labels };
};

const numbers: Readonly<Record<string, number>> = {
  '+inf': Number.POSITIVE_INFINITY,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** One line of the Prometheus text format; null for comments, empty lines and what is no sample. */
export const sampleOf = (line: string): Sample | null => {
  const selector = line.startsWith('#') ? null : selectorAt(line);
  if (selector === null) return null;
  const [text = ''] = line.slice(selector.end).trim().split(/\s+/);
  const value = numbers[text.toLowerCase()] ?? (text === '' ? Number.NaN : Number(text));
  const isNumber = !Number.isNaN(value) || text.toLowerCase() === 'nan';
  return isNumber ? { name: selector.name, labels: selector.labels, value } : null;
};

/** Whether a series is among those a selector names: it may have more labels than were asked for. */
export const selects = (selector: Selector, { name, labels }: Selector): boolean =>
  selector.name === name && Object.entries(selector.labels).every(([label, value]) => labels[label] === value);
