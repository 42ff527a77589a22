import type { RE2JS } from 're2js';

/** What a match caught: its groups by number, and those that have a name. */
export type Caught = {
  readonly groups: readonly (string | null)[];
  readonly named: Readonly<Record<string, string>>;
};
export const nothingCaught: Caught = { groups: [], named: {} };

/** A match in a text and where it ends; null when there is none. */
export const matchIn = (pattern: RE2JS, text: string): { readonly caught: Caught; readonly end: number } | null => {
  const found = pattern.matcher(text);
  if (!found.find()) return null;
  const groups = Array.from({ length: found.groupCount() + 1 }, (_, at) => found.group(at));
  const named = Object.entries(pattern.namedGroups()).flatMap(([name, at]) => {
    const value = groups[at];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return { caught: { groups, named: Object.fromEntries(named) }, end: found.end() };
};

/**
 * Fills a text with what was caught, as Go's `Regexp.Expand` does and blackbox_exporter with it: `$1`, `${1}`, `$name`
 * and `${name}`, the longest name; `$$` is a dollar, what nobody caught is nothing, and any other dollar is itself.
 */
export const expand = (template: string, { groups, named }: Caught): string =>
  template.replaceAll(/\$(?:\$|\{([0-9A-Za-z_]+)\}|([0-9A-Za-z_]+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    if (/^(?:0|[1-9]\d{0,8})$/.test(name)) return groups[Number(name)] ?? '';
    return Object.hasOwn(named, name) ? (named[name] ?? '') : '';
  });
