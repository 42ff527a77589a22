/**
 * Writes the Prometheus text format (0.0.4). Own because of its size: 170,000 series are one pass over strings that are
 * kept, where a registry of label objects takes a second and more (scripts/bench/page.ts).
 */
export type MetricType = 'gauge' | 'counter' | 'histogram' | 'summary';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (value: string): string => value.replaceAll(/[\\"\n]/g, (char) => escapes[char] ?? char);

/** `{a="b",c="d"}`, ready to be written; made once per series and kept. */
export const labelsOf = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};
/** Labels with one more, for the buckets of a histogram. */
export const withLabel = (labels: string, name: string, value: string): string =>
  labels === '' ? `{${name}="${escaped(value)}"}` : `${labels.slice(0, -1)},${name}="${escaped(value)}"}`;

export const numberText = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
};

/** Collects a page; `family` begins a metric, `sample` adds a series of it. A family without samples is not written. */
export const createPage = () => {
  const parts: string[] = [];
  let head: string | null = null;
  return {
    family: (name: string, type: MetricType, help: string): void => {
      head = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    },
    sample: (name: string, labels: string, value: number): void => {
      if (head !== null) parts.push(head);
      head = null;
      parts.push(`${name}${labels} ${numberText(value)}\n`);
    },
    text: (): string => parts.join(''),
  };
};
export type Page = ReturnType<typeof createPage>;
