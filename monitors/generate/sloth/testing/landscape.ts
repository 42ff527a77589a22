import type { LandscapeInput } from '../../../../infra/landscape/schema.ts';

const often = { every: '30s', within: '5s' } as const;
const requests = {
  good: 'sum(increase(http_requests_total{code!~"5.."}[{{window}}]))',
  total: 'sum(increase(http_requests_total[{{window}}]))',
} as const;
const orders = {
  good: '(sum(rate(orders[{{window}}]))) - (sum(rate(bad[{{window}}])))',
  total: 'sum(rate(orders[{{window}}]))',
} as const;

/** A landscape that promises something of every kind. */
export const promising: LandscapeInput = {
  authority: { title: 'Region Example', zone: 'Europe/Copenhagen' },
  sites: { north: { title: 'North', kind: 'on-premises', vantage: { anchors: ['gateway.north.example:443'] } } },
  teams: { clinical: { title: 'Clinical "applications"', onCall: 'always' } },
  solutions: {
    epj: {
      title: { da: 'Elektronisk patientjournal', en: 'Electronic patient journal' },
      owner: 'clinical',
      criticality: 'clinical-critical',
      data: 'patient',
      runbook: 'https://runbooks.example/epj',
      checks: { front: { kind: 'tcp', target: 'epj.example:443', ...often } },
      promises: [
        { objective: 99.95, window: '30d' },
        { objective: 99, window: '30d', latency: { check: 'front', under: '2s' } },
        { objective: 99.9, window: '30d', requests },
        { objective: 99, window: '28d', name: 'orders', requests: orders },
        {
          objective: 99,
          window: '90d',
          name: 'sliced',
          method: 'timeslices',
          slice: { lasts: '5m', target: 95 },
          requests,
        },
        {
          objective: 99,
          window: '30d',
          name: 'by-day',
          requests,
          during: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '16:00' },
        },
        { objective: 99.9, window: 'month' },
        { objective: 99, window: '3d' },
      ],
    },
  },
  workflows: {
    'ward-round': {
      title: 'Stuegang',
      usedAt: ['north'],
      needs: ['epj'],
      promises: [{ objective: 99.5, window: '7d' }],
    },
  },
};
