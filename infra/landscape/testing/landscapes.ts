import { alertingOf } from '../alerting.ts';
import type { Check, Expression, Landscape, Node, NodeId, Vantage } from '../model.ts';

/** Small landscapes for tests, in normal form: what is not said is empty. */
export const titled = (name: string) => ({ da: name, en: name });
export const on = (node: NodeId): Expression => ({ node });
export const breaks = (...expressions: readonly Expression[]): Node['needs'] =>
  expressions.map((one) => ({ effect: 'breaks', on: one }));

export const nodeOf = (id: NodeId, kind: Node['kind'], more: Partial<Node> = {}): Node => ({
  id,
  kind,
  title: titled(id),
  was: [],
  owner: null,
  criticality: null,
  data: null,
  standsOn: null,
  needs: [],
  checks: [],
  promises: [],
  usedAt: [],
  fallback: null,
  routes: {},
  premises: null,
  runbook: null,
  firstAction: null,
  ...more,
});

/** `checkOf('epj/front')`, every second from `north` unless said otherwise. */
export const checkOf = (id: string, more: Partial<Check> = {}): Check => ({
  id,
  node: id.split('/')[0] ?? '',
  name: id.split('/')[1] ?? '',
  kind: 'tcp',
  depth: 'transport',
  target: { text: 'host:1' },
  intervalMs: 1000,
  timeoutMs: 500,
  vantages: ['north'],
  options: {},
  signals: [],
  judges: true,
  runbook: null,
  firstAction: null,
  ...more,
});

export const vantageOf = (id: string, more: Partial<Vantage> = {}): Vantage => ({
  id,
  source: null,
  resolver: null,
  anchors: ['gateway:443'],
  anchorIntervalMs: 2000,
  anchorTimeoutMs: 500,
  agent: null,
  ...more,
});

/** The nodes know their checks by themselves. */
export const landscapeOf = (
  nodes: readonly Node[],
  checks: readonly Check[] = [],
  vantages: readonly Vantage[] = [],
): Landscape => ({
  authority: {
    title: titled('Region Example'),
    zone: 'Europe/Copenhagen',
    trust: [],
    testPatients: {},
    ...alertingOf({}),
  },
  teams: {},
  vantages: Object.fromEntries(vantages.map((one) => [one.id, one])),
  nodes: Object.fromEntries(
    nodes.map((one) => [
      one.id,
      { ...one, checks: [...one.checks, ...checks.filter(({ node }) => node === one.id).map(({ id }) => id)] },
    ]),
  ),
  checks: Object.fromEntries(checks.map((one) => [one.id, one])),
  windows: [],
});
