import { defineLandscape } from '../../infra/landscape/define.ts';

const often = { every: '30s', within: '5s' } as const;

export default defineLandscape({
  authority: { title: 'Region Example', zone: 'Europe/Copenhagen' },
  sites: {
    north: { title: 'Datacenter North', kind: 'on-premises', vantage: { anchors: ['gateway.north.example:443'] } },
    south: { title: 'Datacenter South', kind: 'on-premises', vantage: { anchors: ['gateway.south.example:443'] } },
    ward: { title: 'Hospital', kind: 'on-premises', vantage: { anchors: ['gateway.ward.example:443'] } },
  },
  teams: { clinical: { title: 'Clinical applications', onCall: 'always' } },
  components: {
    'idp-1': {
      title: 'Identity 1',
      site: 'north',
      checks: { tls: { kind: 'tls', target: 'idp-1.example:443', ...often } },
    },
    'idp-2': {
      title: 'Identity 2',
      site: 'south',
      checks: { tls: { kind: 'tls', target: 'idp-2.example:443', ...often } },
    },
    'epj-db-1': {
      title: 'EPJ database 1',
      site: 'north',
      checks: { port: { kind: 'tcp', target: 'epj-db-1.example:5432', ...often } },
    },
    'epj-db-2': {
      title: 'EPJ database 2',
      site: 'south',
      checks: { port: { kind: 'tcp', target: 'epj-db-2.example:5432', ...often } },
    },
    'dns-1': {
      title: 'Names',
      site: 'north',
      checks: {
        answer: { kind: 'dns', target: 'dns-1.example:53', query: { name: 'epj.example', type: 'A' }, ...often },
      },
    },
  },
  solutions: {
    epj: {
      title: { da: 'Elektronisk patientjournal', en: 'Electronic patient journal' },
      owner: 'clinical',
      criticality: 'clinical-critical',
      data: 'patient',
      needs: [
        { atLeast: 1, of: ['idp-1', 'idp-2'] },
        { atLeast: 1, of: ['epj-db-1', 'epj-db-2'] },
        { on: 'dns-1', effect: 'degrades' },
      ],
      checks: { front: { kind: 'http', target: 'https://epj.example/health', ...often, expect: { body: /ready/ } } },
      promises: [{ objective: 99.95, window: '30d' }],
      firstAction: { da: 'Se hvilken af de to databaser der svarer.', en: 'See which of the two databases answers.' },
    },
  },
  workflows: {
    'order-medication': {
      title: { da: 'Ordinere medicin', en: 'Order medication' },
      usedAt: ['ward'],
      needs: ['epj'],
      fallback: { title: { da: 'Papirskema', en: 'Paper order form' }, bears: '2h' },
      firstAction: {
        da: 'Sig til afdelingen, at papirskemaet gælder.',
        en: 'Tell the ward that the paper form applies.',
      },
    },
  },
});
