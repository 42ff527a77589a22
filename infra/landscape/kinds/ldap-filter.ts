/** A search filter (RFC 4515). Values are bytes as latin1 text: a filter may ask for any octets. */
export type Filter =
  | { readonly is: 'and'; readonly of: readonly Filter[] }
  | { readonly is: 'or'; readonly of: readonly Filter[] }
  | { readonly is: 'not'; readonly of: Filter }
  | { readonly is: 'equal' | 'atLeast' | 'atMost' | 'about'; readonly attribute: string; readonly value: string }
  | { readonly is: 'present'; readonly attribute: string }
  | { readonly is: 'parts'; readonly attribute: string; readonly parts: readonly string[] }
  | {
      readonly is: 'rule';
      readonly attribute: string;
      readonly rule: string;
      readonly dn: boolean;
      readonly value: string;
    };

/** Deeper than anything that is meant. */
const deepest = 20;
const longest = 4096;

/** An attribute or a rule: a name or numbers with dots, with options. */
const name = '(?:[A-Za-z][A-Za-z0-9-]*|\\d+(?:\\.\\d+)*)';
const attribute = `${name}(?:;[A-Za-z0-9-]+)*`;
const item = new RegExp(`^(${attribute})(=|~=|>=|<=)([^]*)$`);
const ruled = new RegExp(`^(${attribute})?(:dn)?(?::(${name}))?:=([^]*)$`, 'i');

/** UTF-8 as bytes; what is escaped is a byte. Null when an escape is none. */
const bytesOf = (text: string): string | null => {
  if (/\\(?![0-9a-f]{2})/i.test(text)) return null;
  const utf8 = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return utf8.replaceAll(/\\([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
};

const comparisons = { '=': 'equal', '~=': 'about', '>=': 'atLeast', '<=': 'atMost' } as const;

const equality = (attribute: string, text: string): Filter | null => {
  if (text === '*') return { is: 'present', attribute };
  const parts = text.split('*').map(bytesOf);
  if (!parts.every((part) => part !== null)) return null;
  const [only = ''] = parts;
  if (parts.length === 1) return { is: 'equal', attribute, value: only };
  return parts.slice(1, -1).includes('') ? null : { is: 'parts', attribute, parts };
};

const itemOf = (text: string): Filter | null => {
  const [, named, how, value = ''] = item.exec(text) ?? [];
  if (named !== undefined) {
    if (how === '=') return equality(named, value);
    const bytes = bytesOf(value);
    // Safe: the expression lets no other sign through.
    return bytes === null ? null : { is: comparisons[how as keyof typeof comparisons], attribute: named, value: bytes };
  }
  const [whole, of = '', dn, rule = '', asked = ''] = ruled.exec(text) ?? [];
  const bytes = bytesOf(asked);
  if (whole === undefined || bytes === null || (of === '' && rule === '')) return null;
  return { is: 'rule', attribute: of, rule, dn: dn !== undefined, value: bytes };
};

/** A filter, or null when the text is none. */
export const parseFilter = (text: string): Filter | null => {
  if (text.length > longest) return null;
  let at = 0;
  const one = (depth: number): Filter | null => {
    if (depth > deepest || text[at] !== '(') return null;
    at += 1;
    const made = inside(depth);
    if (made === null || text[at] !== ')') return null;
    at += 1;
    return made;
  };
  const several = (depth: number): readonly Filter[] | null => {
    const all: Filter[] = [];
    while (text[at] === '(') {
      const next = one(depth);
      if (next === null) return null;
      all.push(next);
    }
    return all.length === 0 ? null : all;
  };
  const inside = (depth: number): Filter | null => {
    const sign = text[at];
    if (sign === '&' || sign === '|') {
      at += 1;
      const of = several(depth + 1);
      return of === null ? null : { is: sign === '&' ? 'and' : 'or', of };
    }
    if (sign === '!') {
      at += 1;
      const of = one(depth + 1);
      return of === null ? null : { is: 'not', of };
    }
    const end = /[()]/.exec(text.slice(at))?.index ?? -1;
    if (end < 0) return null;
    const made = itemOf(text.slice(at, at + end));
    at += end;
    return made;
  };
  const made = one(0);
  return at === text.length ? made : null;
};
