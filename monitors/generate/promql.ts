/** A text as PromQL reads it back: its escapes are those of Go. */
export const quoted = (text: string): string =>
  `"${text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\0', '\\x00')}"`;

/** Any of these texts and no other, as a pattern that stands in quotes. */
const anyOf = (texts: readonly string[]): string =>
  quoted(texts.map((text) => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|'));

/** `name{label="value",other=~"a|b"}`; an empty list matches nothing that has the label. */
export const selector = (name: string, labels: Readonly<Record<string, string | readonly string[]>> = {}): string => {
  const matchers = Object.entries(labels).map(([label, value]) =>
    typeof value === 'string' ? `${label}=${quoted(value)}` : `${label}=~${anyOf(value)}`,
  );
  return matchers.length === 0 ? name : `${name}{${matchers.join(',')}}`;
};
