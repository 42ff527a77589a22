import { changed, gone, type Place } from '../../../../infra/landscape/testing/change.ts';

const good = {
  version: 'prometheus/v1',
  service: 'svc',
  labels: { team: 'a' },
  slos: [
    {
      name: 'one',
      objective: 99.9,
      sli: { events: { error_query: 'rate(e[{{.window}}])', total_query: 'rate(t[{{.window}}])' } },
      alerting: { name: 'Fails' },
    },
  ],
};
const slo = ['slos', 0] as const;
const events = [...slo, 'sli', 'events'] as const;
const but = (...changes: readonly (readonly [Place, unknown])[]): unknown => changed(good, ...changes);
const raw = (error_ratio_query: string) => but([[...slo, 'sli'], { raw: { error_ratio_query } }]);

/** Specs that no rules can be made of, each by one mistake. */
export const badSpecs: Readonly<Record<string, unknown>> = {
  'a version there is not': but([['version'], 'prometheus/v999']),
  'no service': but([['service'], gone]),
  'a service with a space': but([['service'], 'my service']),
  'a service of one letter': but([['service'], 's']),
  'no objectives': but([['slos'], []]),
  'a name that ends with a dash': but([[...slo, 'name'], 'one-']),
  'a name given twice': but([['slos'], [good.slos[0], good.slos[0]]]),
  'no objective': but([[...slo, 'objective'], gone]),
  'an objective of nothing': but([[...slo, 'objective'], 0]),
  'an objective above everything': but([[...slo, 'objective'], 100.1]),
  'an objective that is a text': but([[...slo, 'objective'], '99.9']),
  'a label that is a list': but([['labels', 'team'], ['a']]),
  'a label without a value': but([[...slo, 'labels'], { team: '' }]),
  'no query of errors': but([[...events, 'error_query'], gone]),
  'an empty query': but([[...events, 'total_query'], '']),
  'a query without a window': but([[...events, 'total_query'], 'rate(t[5m])']),
  'a template that asks for more': but([[...events, 'total_query'], 'rate(t{s="{{.service}}"}[{{.window}}])']),
  'a template that is none': but([[...events, 'total_query'], 'rate(t{s="{{"}[{{.window}}])']),
  'the same query twice': but([[...events, 'error_query'], 'rate(t[{{.window}}])']),
  'two indicators': but([[...slo, 'sli', 'raw'], { error_ratio_query: 'r[{{.window}}]' }]),
  'no indicator': but([[...slo, 'sli'], {}]),
  'a ratio without a window': raw('some:ratio'),
  'a query that is no PromQL': raw('rate(e[{{.window}}]'),
  'alerts without a name': but([[...slo, 'alerting'], {}]),
  'one alert without a name': but([[...slo, 'alerting'], { page_alert: { disable: true } }]),
  'an annotation without a text': but([[...slo, 'alerting', 'annotations'], { note: '' }]),
  'a plugin there is not': but([[...slo, 'sli'], { plugin: { id: 'nowhere' } }]),
  'YAML that is none': 'version: prometheus/v1\nservice: [\n',
};
