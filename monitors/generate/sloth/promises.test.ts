import { expect, test } from 'vitest';
import { normalise } from '../../../infra/landscape/normalise.ts';
import { slothOf } from './promises.ts';
import { promising } from './testing/landscape.ts';

const { slos, left } = slothOf(normalise(promising));
const named = (service: string, name: string) => slos.find((slo) => slo.service === service && slo.name === name);

test('requests are their own queries, the bad ones by what is left of all', () => {
  expect(named('epj', 'requests-99.9-30d')?.sli).toEqual({
    kind: 'events',
    error:
      '(sum(increase(http_requests_total[{{window}}]))) - (sum(increase(http_requests_total{code!~"5.."}[{{window}}])))',
    total: 'sum(increase(http_requests_total[{{window}}]))',
  });
});
test('what is the rest of all already is not turned round twice', () => {
  expect(named('epj', 'orders-99-28d')?.sli).toMatchObject({ error: 'sum(rate(bad[{{window}}]))' });
});
test.each([
  ['epj', '99.95-30d'],
  ['epj', 'latency-99-30d'],
  ['epj', 'sliced-99-90d'],
  ['epj', 'by-day-99-30d'],
  ['ward-round', '99.5-7d'],
])('%s/%s is what our own rules count of it', (service, name) => {
  const own = `{promise="${service}/${name}"}[{{window}}]))`;
  const [good, bad] = ['good', 'bad'].map((kind) => `sum(sum_over_time(forvarsel:promise_${kind}:count5m${own}`);
  expect(named(service, name)?.sli).toEqual({ kind: 'events', error: bad, total: `${good} + ${bad} > 0` });
});
test('what Sloth has no words for is named, each with its reason', () => {
  expect(left.map(({ promise }) => promise)).toEqual(['epj/99.9-month', 'epj/99-3d']);
  expect(left.map(({ why }) => why).join()).toMatch(/month.+week/);
});
test('who is called, and how hard, stands in the labels', () => {
  const slo = named('epj', '99.95-30d');
  expect(slo?.labels).toEqual({ node: 'epj', team: 'clinical', criticality: 'clinical-critical' });
  expect(slo?.page).toEqual({
    name: 'ForvarselFastBurn',
    labels: { severity: 'page', promise: 'epj/99.95-30d' },
    annotations: { runbook_url: 'https://runbooks.example/epj' },
  });
  expect(slo?.ticket?.labels).toEqual({ severity: 'warn', promise: 'epj/99.95-30d' });
});
