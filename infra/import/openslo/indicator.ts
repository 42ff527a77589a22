import { type Path, problem, type Said } from '../../landscape/findings.ts';
import { said } from '../../landscape/validate/say.ts';
import type { Entry, Telling } from '../model.ts';
import { complement, fromGoTemplate, isRate, ofRatio, overAnyWindow, overWindow, rangesOf } from '../queries.ts';
import type { Metric, Objective, SliSpec } from './schema.ts';

/** An indicator of OpenSLO as the two queries of a landscape. `ratio`: shares without counts, each moment of the same weight. */
export type Counted = { readonly good: string; readonly total: string; readonly ratio: boolean };

export type Place = { readonly entry: Entry; readonly path: Path; readonly telling: Telling };
/** The kind of source a metric is read from, by its own word or by that of the source it names; null when nothing tells. */
export type TypeOf = (metric: Metric) => string | null;

const below = (at: Place, ...keys: Path): Place => ({ ...at, path: [...at.path, ...keys] });
const wrong = ({ entry, path, telling }: Place, code: 'missing' | 'bad-value', words: Said): null => {
  telling.finding(entry.finding(problem(code, path, words)));
  return null;
};

const isPrometheus = (type: string): boolean =>
  /^(?:prometheus|promql|thanos|mimir|cortex|victoria-?metrics|sloth)$/i.test(type);
/** What implementations call the query; the specification leaves it open. */
const queryKeys = ['query', 'promql', 'expr'] as const;

type Asked = { readonly text: string; readonly at: Place };
/** The query of a metric as it is written, with `{{window}}` where it asks for one; null when none can be asked. */
const askedOf = ({ metricSource: { spec = {}, ...source } }: Metric, at: Place, typeOf: TypeOf): Asked | null => {
  const here = below(at, 'metricSource');
  const type = typeOf({ metricSource: source });
  if (type === null || !isPrometheus(type)) {
    at.telling.unsaid(at.entry.unsaid(here.path, 'other-source', type ?? '?'));
    return null;
  }
  const key = queryKeys.find((one) => typeof spec[one] === 'string' && spec[one].trim() !== '');
  if (key === undefined)
    return wrong(below(here, 'spec'), 'missing', { expected: 'a query', got: 'none', remedy: 'write it as query' });
  const text = fromGoTemplate(String(spec[key]));
  const where = below(here, 'spec', key);
  if (text !== null) return { text: text.trim(), at: where };
  const expected = 'no template but {{.window}}';
  return wrong(where, 'bad-value', { expected, got: said(spec[key]), remedy: 'write the query out' });
};

/** One query over the window, and told how it came to be that. */
const overIt = ({ text, at: { entry, path, telling } }: Asked, kind: 'counter' | 'gauge' | 'ratio'): string => {
  if (kind !== 'ratio' && isRate(text)) telling.unsaid(entry.unsaid(path, 'rates'));
  if (text.includes('{{window}}')) return text;
  const ranges = [...new Set(rangesOf(text))];
  if (ranges.length > 0) {
    telling.unsaid(entry.unsaid(path, 'fixed-range', ranges.map((one) => `[${one}]`).join(' ')));
    return overAnyWindow(text);
  }
  const laid = overWindow(text, kind);
  telling.unsaid(entry.unsaid(path, 'no-range', laid));
  return laid;
};

type Ratio = NonNullable<SliSpec['ratioMetric']>;
const expecting = (at: Place, expected: string, got: string): null =>
  wrong(at, 'bad-value', { expected, got, remedy: 'keep what belongs together' });

const rawOf = ({ good, bad, total, raw, rawType }: Ratio, at: Place, typeOf: TypeOf): Counted | null => {
  if (good !== undefined || bad !== undefined || total !== undefined)
    return expecting(at, 'raw, or total with good or bad', 'both');
  if (rawType === undefined || raw === undefined)
    return expecting(at, 'rawType: success or failure beside raw', 'none');
  const asked = askedOf(raw, below(at, 'raw'), typeOf);
  if (asked === null) return null;
  at.telling.unsaid(at.entry.unsaid([...at.path, 'raw'], 'raw-ratio'));
  return { ...ofRatio(overIt(asked, 'ratio'), rawType === 'success' ? 'good' : 'bad'), ratio: true };
};

const ratioOf = (ratio: Ratio, at: Place, typeOf: TypeOf): Counted | null => {
  const { good, bad, total, raw, counter = false } = ratio;
  if (raw !== undefined) return rawOf(ratio, at, typeOf);
  const part = good ?? bad;
  if (total === undefined || part === undefined || (good !== undefined && bad !== undefined)) {
    const got = total === undefined ? 'no total' : part === undefined ? 'neither' : 'both';
    return expecting(at, 'total with good or bad', got);
  }
  const kind = counter ? 'counter' : 'gauge';
  const all = askedOf(total, below(at, 'total'), typeOf);
  const some = askedOf(part, below(at, good === undefined ? 'bad' : 'good'), typeOf);
  if (all === null || some === null) return null;
  const [of, one] = [overIt(all, kind), overIt(some, kind)];
  return { good: good === undefined ? complement(of, one) : one, total: of, ratio: false };
};

const operators = { lte: '<=', gte: '>=', lt: '<', gt: '>' } as const;
/** A value held to a threshold: each moment is good or bad, and a window is the share of its good moments. */
const thresholdOf = (metric: Metric, { op, value }: Objective, at: Place, typeOf: TypeOf): Counted | null => {
  if (op === undefined || value === undefined)
    return expecting(at, 'op and value in the objective of a thresholdMetric', 'none');
  const asked = askedOf(metric, at, typeOf);
  if (asked === null) return null;
  const held = `(${asked.text}) ${operators[op]} bool ${value}`;
  if (asked.text.includes('{{window}}')) return { ...ofRatio(held, 'good'), ratio: true };
  const laid = overWindow(held, 'ratio');
  at.telling.unsaid(at.entry.unsaid(asked.at.path, 'no-range', laid));
  return { ...ofRatio(laid, 'good'), ratio: true };
};

/** The queries of an indicator; null where there are none to be asked, which has then been told. */
export const countedOf = (
  { ratioMetric, thresholdMetric }: SliSpec,
  objective: Objective,
  { at, typeOf }: { readonly at: Place; readonly typeOf: TypeOf },
): Counted | null => {
  if (ratioMetric !== undefined && thresholdMetric === undefined)
    return ratioOf(ratioMetric, below(at, 'ratioMetric'), typeOf);
  if (thresholdMetric !== undefined && ratioMetric === undefined)
    return thresholdOf(thresholdMetric, objective, below(at, 'thresholdMetric'), typeOf);
  return expecting(at, 'ratioMetric or thresholdMetric', ratioMetric === undefined ? 'neither' : 'both');
};
