import { postgresGreeting } from './dialogues.ts';
import type { Components, Solutions } from './form.ts';
import { closely, disk, grows, host, http, https, metrics, slowness, tcp, workplaces } from './parts.ts';

const webLost = {
  owner: 'record',
  runbook: 'web-node-lost',
  firstAction: {
    da: 'Se om den anden webnode bærer alle brugerne, og tag denne ud af fordelingen.',
    en: 'See whether the other web node carries all users, and take this one out of the balancing.',
  },
};
const appLost = {
  owner: 'record',
  runbook: 'app-node-lost',
  firstAction: {
    da: 'To af tre skal bære dagen: se de to andres svartid, og genstart kun denne.',
    en: 'Two of three must carry the day: look at the time to answer of the other two and restart only this one.',
  },
};
const databaseLost = {
  owner: 'record',
  runbook: 'database-node-lost',
  firstAction: {
    da: 'Se hvilken node der skriver, og replikeringens efterslæb, før der skiftes. Skift aldrig to gange.',
    en: 'See which node writes, and how far replication lags, before failing over. Never fail over twice.',
  },
};

/** A synthetic record is read through everything below: a read, not an order, so it goes no deeper than a session. */
const aRecord = { ...closely, depth: 'session' as const, expect: { body: /^record\b/ } };
const databaseNumbers = (machine: string, vantage: string) =>
  metrics(machine, vantage, {
    ...closely,
    signals: {
      connections: {
        title: { da: 'Forbindelser i brug', en: 'Connections in use' },
        unit: 'count',
        of: 'pg_connections',
        limit: { signal: 'connections-max' },
      },
      'connections-max': {
        title: { da: 'Forbindelser i alt', en: 'Connections at most' },
        unit: 'count',
        of: 'pg_connections_max',
      },
      'replication-lag': grows({ da: 'Replikeringens efterslæb', en: 'Replication lag' }, 'seconds', {
        of: 'replication_lag_seconds',
        limit: 60,
      }),
      ...disk('/data'),
    },
  });

export const recordComponents: Components = {
  'epj-web-1': {
    title: { da: 'EPJ webnode 1', en: 'EPJ web node 1' },
    site: 'aarhus',
    needs: [
      { atLeast: 2, of: ['epj-app-1', 'epj-app-2', 'epj-app-3'] },
      { atLeast: 1, of: ['idp-1', 'idp-2'] },
    ],
    checks: { record: https('epj-web-1', '/record', aRecord) },
    ...webLost,
  },
  'epj-web-2': {
    title: { da: 'EPJ webnode 2', en: 'EPJ web node 2' },
    site: 'viborg',
    needs: [
      { atLeast: 2, of: ['epj-app-1', 'epj-app-2', 'epj-app-3'] },
      { atLeast: 1, of: ['idp-1', 'idp-2'] },
    ],
    checks: { record: https('epj-web-2', '/record', aRecord) },
    ...webLost,
  },
  'epj-app-1': {
    title: { da: 'EPJ applikationsnode 1', en: 'EPJ application node 1' },
    host: 'hyp-aarhus-1',
    needs: [{ atLeast: 1, of: ['epj-db-1', 'epj-db-2'] }],
    checks: { record: http(`${host('epj-app-1')}:8080`, '/record', aRecord) },
    ...appLost,
  },
  'epj-app-2': {
    title: { da: 'EPJ applikationsnode 2', en: 'EPJ application node 2' },
    host: 'hyp-viborg-1',
    needs: [{ atLeast: 1, of: ['epj-db-1', 'epj-db-2'] }],
    checks: { record: http(`${host('epj-app-2')}:8080`, '/record', aRecord) },
    ...appLost,
  },
  'epj-app-3': {
    title: { da: 'EPJ applikationsnode 3', en: 'EPJ application node 3' },
    host: 'hyp-aarhus-2',
    needs: [{ atLeast: 1, of: ['epj-db-1', 'epj-db-2'] }],
    checks: { record: http(`${host('epj-app-3')}:8080`, '/record', aRecord) },
    ...appLost,
  },
  'epj-db-1': {
    title: { da: 'EPJ-database 1', en: 'EPJ database 1' },
    host: 'hyp-aarhus-1',
    needs: ['storage-aarhus'],
    checks: {
      sql: tcp('epj-db-1', 5432, { ...closely, depth: 'protocol', expect: { dialogue: postgresGreeting } }),
      numbers: databaseNumbers('epj-db-1', 'aarhus'),
    },
    ...databaseLost,
  },
  'epj-db-2': {
    title: { da: 'EPJ-database 2', en: 'EPJ database 2' },
    host: 'hyp-viborg-1',
    needs: ['storage-viborg'],
    checks: {
      sql: tcp('epj-db-2', 5432, { ...closely, depth: 'protocol', expect: { dialogue: postgresGreeting } }),
      numbers: databaseNumbers('epj-db-2', 'viborg'),
    },
    ...databaseLost,
  },
  'epj-print': {
    title: { da: 'EPJ-udskrift', en: 'EPJ print service' },
    site: 'viborg',
    owner: 'record',
    checks: { health: http(`${host('epj-print')}:631`, '/health', { expect: { status: 200 } }) },
  },
};

export const recordSolutions: Solutions = {
  epj: {
    title: { da: 'Elektronisk patientjournal (EPJ)', en: 'Electronic patient record (EPJ)' },
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [
      { atLeast: 1, of: ['epj-web-1', 'epj-web-2'] },
      'identity',
      'network-services',
      { on: 'integration', effect: 'degrades' },
      { on: 'epj-print', effect: 'degrades' },
    ],
    // The address moves between the two datacenters: it is the front of the solution, not a thing that fails alone.
    checks: { front: https('epj', '/record', { ...aRecord, vantages: workplaces, signals: slowness }) },
    promises: [{ objective: 99.95, window: '30d' }],
    owner: 'record',
    runbook: 'record-unavailable',
    firstAction: {
      da: 'Ring til EPJ-vagten, og meld nødprocedure til hospitalerne, hvis journalen ikke svarer om fem minutter.',
      en: 'Call the record team on duty, and announce the fallback to the hospitals if nothing answers in five minutes.',
    },
  },
};
