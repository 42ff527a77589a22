/** Queries of other tools as a landscape has them: PromQL over the range `{{window}}`. */

const range = '{{window}}';
/** What Go makes of `{{ .window }}`; a dash takes the white space beside it along. */
const goWindow = /(?:\{\{|\s*\{\{-\s)\s*\.window\s*(?:\}\}|\s-\}\}\s*)/g;

/** Null where the template asks for more than the window: what it would become is not known. */
export const fromGoTemplate = (query: string): string | null =>
  query.replaceAll(goWindow, '').includes('{{') ? null : query.replaceAll(goWindow, range);

/** A text of PromQL in pieces: strings whole, everything else letter by letter. */
const pieces = (query: string): readonly string[] =>
  query.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[\s\S]/g) ?? [];

/** Every bracket that is opened is closed again, and none before. */
const balanced = (query: string): boolean => {
  let depth = 0;
  for (const piece of pieces(query)) {
    if (piece === '(') depth += 1;
    if (piece === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
};

/** What is left of all when a part is taken away: the bad of the good, and the good of the bad. Twice is none. */
export const complement = (total: string, part: string): string => {
  const before = `(${total}) - (`;
  const other = part.startsWith(before) && part.endsWith(')') ? part.slice(before.length, -1) : null;
  return other !== null && balanced(other) ? other : `${before}${part})`;
};

/** Whether it tells so many a second; that is no count. */
export const isRate = (query: string): boolean => /\bi?rate\s*\(/.test(query);

/** A share without counts, as good over total: all that is told has the weight of one. */
export const ofRatio = (ratio: string, says: 'good' | 'bad'): { readonly good: string; readonly total: string } => ({
  good: says === 'good' ? ratio : `1 - (${ratio})`,
  total: `0 * (${ratio}) + 1`,
});

/** The share of bad that two counts were made from; null where they are counts. */
export const badRatioIn = ({ good, total }: { readonly good: string; readonly total: string }): string | null => {
  const ratio = /^0 \* \(([\s\S]*)\) \+ 1$/.exec(total)?.[1];
  if (ratio === undefined || !balanced(ratio)) return null;
  if (good === `1 - (${ratio})`) return ratio;
  return good === ratio ? `1 - (${ratio})` : null;
};

/** A series and its matchers, and nothing else. */
const selector = /^\s*[a-zA-Z_:][\w:]*\s*(?:\{(?:[^"'`{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\}\s*)?$/;
export const isSelector = (query: string): boolean => selector.test(query);
const aggregated = /^(sum(?:\s*(?:by|without)\s*\([^()]*\))?)\s*\(([\s\S]*?)\)(?:\s*((?:by|without)\s*\([^()]*\)))?$/;

/** How a query of one moment tells what a whole window held. */
const over = { counter: 'increase', gauge: 'sum_over_time', ratio: 'avg_over_time' } as const;

/** A query of one moment, laid over the window. Of sums the parts are counted first: counters begin anew one by one. */
export const overWindow = (query: string, kind: keyof typeof over): string => {
  const text = query.trim();
  const [, sum, inner, after] = aggregated.exec(text) ?? [];
  if (kind === 'counter' && isSelector(text)) return `sum(increase(${text}[${range}]))`;
  if (kind === 'counter' && sum !== undefined && inner !== undefined && isSelector(inner))
    return `${sum}(increase(${inner.trim()}[${range}]))${after === undefined ? '' : ` ${after}`}`;
  return `${over[kind]}((${text})[${range}:1m])`;
};

const fixed = /^\[\s*((?:\d+(?:ms|[smhdwy]))+)\s*(?=[\]:])/;
/** A text with each range of its own, outside of strings, as `change` makes it. */
const eachRange = (query: string, change: (range: string) => string): string => {
  const parts = pieces(query);
  let out = '';
  for (let at = 0; at < parts.length; at += 1) {
    const found = parts[at] === '[' ? fixed.exec(parts.slice(at, at + 40).join('')) : null;
    out += found === null ? parts[at] : `[${change(found[1] ?? '')}`;
    at += found === null ? 0 : found[0].length - 1;
  }
  return out;
};
/** The ranges a query asks for by itself. */
export const rangesOf = (query: string): readonly string[] => {
  const found: string[] = [];
  eachRange(query, (one) => {
    found.push(one);
    return one;
  });
  return found;
};
/** The same query with every range of its own given up for the window. */
export const overAnyWindow = (query: string): string => eachRange(query, () => range);
