import { alertingOf } from '../../../infra/landscape/alerting.ts';
import type {
  Check,
  CheckKind,
  Expression,
  Landscape,
  Need,
  Node,
  NodeId,
  NodeKind,
  Text,
  Vantage,
} from '../../../infra/landscape/model.ts';
import { promisedOf } from '../../../infra/landscape/promise.ts';

import { nodeOf } from '../../../infra/landscape/testing/landscapes.ts';

const both = (da: string, en = da): Text => ({ da, en });
const needs = (...ids: readonly NodeId[]): readonly Need[] => ids.map((node) => ({ effect: 'breaks', on: { node } }));
const some = (atLeast: number, ...ids: readonly NodeId[]): Need => ({
  effect: 'breaks',
  on: { atLeast, of: ids.map((node): Expression => ({ node })) },
});

const node = (id: NodeId, kind: NodeKind, title: Text, more: Partial<Node> = {}): Node =>
  nodeOf(id, kind, { title, premises: kind === 'site' ? 'on-premises' : null, ...more });

const datacenters = ['aarhus', 'viborg'];
const hospitals = ['auh', 'rhv', 'goedstrup', 'horsens'];
const vantageIds = [...datacenters, ...hospitals];

const check = (of: NodeId, name: string, kind: CheckKind, more: Partial<Check> = {}): Check => ({
  id: `${of}/${name}`,
  node: of,
  name,
  kind,
  depth: kind === 'metrics' ? 'none' : 'protocol',
  target: { text: `https://${of}.region.example/health` },
  intervalMs: 30_000,
  timeoutMs: 5_000,
  vantages: datacenters,
  options: {},
  signals: [],
  judges: kind !== 'metrics',
  runbook: null,
  firstAction: null,
  ...more,
});

const component = (id: NodeId, site: string, title: Text, more: Partial<Node> = {}): Node =>
  node(id, 'component', title, { standsOn: site, checks: [`${id}/up`], ...more });

const disk = check('kl-db-1', 'metrics', 'metrics', {
  signals: [
    {
      name: 'disk',
      title: both('Brugt plads på /data', 'Space used on /data'),
      unit: 'bytes',
      of: 'disk_used_bytes{mount="/data"}',
      limit: { signal: 'disk-size' },
      direction: 'rising',
      kind: 'gauge',
    },
    {
      name: 'disk-size',
      title: both('Plads på /data', 'Size of /data'),
      unit: 'bytes',
      of: 'disk_size_bytes{mount="/data"}',
      limit: null,
      direction: 'rising',
      kind: 'gauge',
    },
  ],
});

const sites: readonly Node[] = [
  node('aarhus', 'site', both('Datacenter Aarhus')),
  node('viborg', 'site', both('Datacenter Viborg')),
  node('auh', 'site', both('Aarhus Universitetshospital', 'Aarhus University Hospital')),
  node('rhv', 'site', both('Regionshospitalet Viborg', 'Regional Hospital Viborg')),
  node('goedstrup', 'site', both('Regionshospitalet Gødstrup', 'Regional Hospital Gødstrup')),
  node('horsens', 'site', both('Regionshospitalet Horsens', 'Regional Hospital Horsens')),
];

const components: readonly Node[] = [
  node('hyp-aarhus-1', 'host', both('Hypervisor Aarhus 1'), { standsOn: 'aarhus' }),
  node('hyp-viborg-1', 'host', both('Hypervisor Viborg 1'), { standsOn: 'viborg' }),
  component('idp-1', 'aarhus', both('Login 1', 'Sign-on 1')),
  component('idp-2', 'viborg', both('Login 2', 'Sign-on 2')),
  component('dns-1', 'aarhus', both('Navneserver 1', 'Name server 1')),
  component('dns-2', 'viborg', both('Navneserver 2', 'Name server 2')),
  component('epj-web-1', 'aarhus', both('EPJ-web 1', 'EPJ web 1')),
  component('epj-web-2', 'viborg', both('EPJ-web 2', 'EPJ web 2')),
  component('epj-app-1', 'hyp-aarhus-1', both('EPJ-applikation 1', 'EPJ application 1')),
  component('epj-app-2', 'hyp-viborg-1', both('EPJ-applikation 2', 'EPJ application 2')),
  component('epj-app-3', 'aarhus', both('EPJ-applikation 3', 'EPJ application 3')),
  component('epj-db-1', 'hyp-aarhus-1', both('EPJ-database 1', 'EPJ database 1'), {
    firstAction: both(
      'Se om databasen kan startes på hyp-aarhus-1; ring ellers til databasevagten.',
      'See whether the database can be started on hyp-aarhus-1; else call the database team.',
    ),
    runbook: 'https://runbooks.region.example/epj-db',
  }),
  component('epj-db-2', 'hyp-viborg-1', both('EPJ-database 2', 'EPJ database 2')),
  component('epj-print', 'viborg', both('EPJ-udskrivning', 'EPJ printing')),
  component('kl-app-1', 'aarhus', both('KL-applikation 1', 'KL application 1')),
  component('kl-app-2', 'viborg', both('KL-applikation 2', 'KL application 2')),
  component('kl-db-1', 'aarhus', both('KL-database 1', 'KL database 1'), { checks: ['kl-db-1/up', 'kl-db-1/metrics'] }),
  component('kl-db-2', 'viborg', both('KL-database 2', 'KL database 2')),
];

const solutions: readonly Node[] = [
  node('identity', 'solution', both('Identitet', 'Identity'), {
    owner: 'ground',
    criticality: 'clinical-critical',
    data: 'personal',
    needs: [some(1, 'idp-1', 'idp-2')],
  }),
  node('names', 'solution', both('Navnetjeneste', 'Name service'), {
    owner: 'ground',
    criticality: 'clinical-critical',
    data: 'internal',
    needs: [some(1, 'dns-1', 'dns-2')],
  }),
  node('epj', 'solution', both('Elektronisk patientjournal', 'Electronic patient record'), {
    owner: 'clinical',
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [
      ...needs('identity', 'names'),
      some(1, 'epj-web-1', 'epj-web-2'),
      some(2, 'epj-app-1', 'epj-app-2', 'epj-app-3'),
      some(1, 'epj-db-1', 'epj-db-2'),
      { effect: 'degrades', on: { node: 'epj-print' } },
    ],
    checks: ['epj/front'],
    promises: [promisedOf('epj', { objective: 99.95, window: '30d' }, 'Europe/Copenhagen')],
  }),
  node('kl', 'solution', both('Klinisk Logistik', 'Clinical Logistics'), {
    owner: 'clinical',
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [...needs('identity', 'names'), some(1, 'kl-app-1', 'kl-app-2'), some(1, 'kl-db-1', 'kl-db-2')],
    checks: ['kl/front'],
    promises: [promisedOf('kl', { objective: 99.9, window: '30d' }, 'Europe/Copenhagen')],
  }),
];

const workflow = (id: NodeId, title: Text, on: readonly NodeId[], paper: Text): Node =>
  node(id, 'workflow', title, {
    criticality: 'clinical-critical',
    usedAt: hospitals,
    needs: needs(...on),
    fallback: { title: paper, bearsMs: 7_200_000 },
  });

const workflows: readonly Node[] = [
  workflow(
    'order-medication',
    both('Ordinere medicin', 'Order medication'),
    ['epj'],
    both('Ordination på papir', 'Paper order form'),
  ),
  workflow(
    'read-record',
    both('Læse journal', 'Read the record'),
    ['epj'],
    both('Læsekopi af journalen', 'Read-only copy of the record'),
  ),
  workflow(
    'order-tests',
    both('Bestille prøver', 'Order tests'),
    ['epj'],
    both('Rekvisition på papir', 'Paper requisition'),
  ),
  workflow('patient-flow', both('Patientflow', 'Patient flow'), ['kl'], both('Tavle og tusch', 'Whiteboard and pen')),
  workflow(
    'porter-call',
    both('Portørbestilling', 'Porter call'),
    ['kl'],
    both('Telefon til portørcentralen', 'Telephone the porters'),
  ),
  workflow(
    'bedside-sign-on',
    both('Logge på ved sengen', 'Bedside sign-on'),
    ['identity'],
    both('Nødlogin', 'Emergency sign-on'),
  ),
];

const keyed = <Value extends { readonly id: string }>(values: readonly Value[]): Readonly<Record<string, Value>> =>
  Object.fromEntries(values.map((value) => [value.id, value]));

const vantage = (id: string): Vantage => ({
  id,
  source: null,
  resolver: null,
  anchors: [`gateway.${id}.region.example:443`],
  anchorIntervalMs: 30_000,
  anchorTimeoutMs: 2_000,
  agent: null,
});

/** A small estate with everything the console can show. */
export const landscape: Landscape = {
  authority: {
    title: both('Region Eksempel', 'Region Example'),
    zone: 'Europe/Copenhagen',
    trust: [],
    testPatients: {},
    ...alertingOf({}),
  },
  teams: keyed([
    { id: 'clinical', title: both('Kliniske applikationer', 'Clinical applications'), onCall: 'always', notify: [] },
    { id: 'ground', title: both('Fælles grund', 'Shared ground'), onCall: 'always', notify: [] },
  ]),
  vantages: keyed(vantageIds.map(vantage)),
  nodes: keyed([...sites, ...components, ...solutions, ...workflows]),
  checks: keyed([
    ...components.filter(({ kind }) => kind === 'component').map(({ id }) => check(id, 'up', 'tcp')),
    check('epj', 'front', 'http', { vantages: vantageIds }),
    check('kl', 'front', 'http', { vantages: vantageIds }),
    disk,
  ]),
  windows: [],
};
export const places = { hospitals, vantageIds };
