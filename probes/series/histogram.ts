import { numberText, type Page, withLabel } from './page.ts';

/** Seconds, as Prometheus' own default. */
export const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export type Histogram = { readonly counts: Float64Array; sum: number; count: number };
export const createHistogram = (buckets: readonly number[] = defaultBuckets): Histogram => ({
  counts: new Float64Array(buckets.length),
  sum: 0,
  count: 0,
});

export const observe = (histogram: Histogram, value: number, buckets: readonly number[] = defaultBuckets): void => {
  const index = buckets.findIndex((bound) => value <= bound);
  if (index >= 0) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
  histogram.sum += value;
  histogram.count += 1;
};

/** Buckets are cumulative on the page. */
export const writeHistogram = (
  page: Page,
  name: string,
  of: { readonly labels: string; readonly histogram: Histogram; readonly buckets?: readonly number[] },
): void => {
  const { labels, histogram, buckets = defaultBuckets } = of;
  let sum = 0;
  buckets.forEach((bound, index) => {
    sum += histogram.counts[index] ?? 0;
    page.sample(`${name}_bucket`, withLabel(labels, 'le', numberText(bound)), sum);
  });
  page.sample(`${name}_bucket`, withLabel(labels, 'le', '+Inf'), histogram.count);
  page.sample(`${name}_sum`, labels, histogram.sum);
  page.sample(`${name}_count`, labels, histogram.count);
};
