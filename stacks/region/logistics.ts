import { amqpHeader, postgresGreeting } from './dialogues.ts';
import type { Components, Solutions } from './form.ts';
import { closely, disk, host, http, https, metrics, slowness, tcp, workplaces } from './parts.ts';

const appLost = {
  owner: 'logistics',
  runbook: 'app-node-lost',
  firstAction: {
    da: 'Se om den anden node bærer tavlerne; sig den databasen fra, er fejlen der.',
    en: 'See whether the other node carries the boards; if it says the database refuses, the fault is there.',
  },
};
const databaseLost = {
  owner: 'logistics',
  runbook: 'database-node-lost',
  firstAction: {
    da: 'Se pladsen på /data på begge noder: loggen skrives begge steder. Slet intet; flyt gamle arkivfiler efter planen.',
    en: 'Look at the space on /data of both nodes: the log is written at both. Delete nothing; move old archives by the plan.',
  },
};
const brokerLost = {
  owner: 'logistics',
  runbook: 'broker-node-lost',
  firstAction: {
    da: 'Se om køerne har en leder på den anden node, før denne genstartes.',
    en: 'See whether the queues have a leader on the other node before restarting this one.',
  },
};

/**
 * The board writes its own heartbeat row and reads it back: a round trip through application and database that a full
 * disk fails. It is the solution's own row, not a patient's.
 */
const aBoard = { ...closely, depth: 'transaction' as const, expect: { status: 200 } };
const sql = (machine: string) =>
  tcp(machine, 5432, { ...closely, depth: 'protocol', expect: { dialogue: postgresGreeting } });
const header = (machine: string) =>
  tcp(machine, 5672, { ...closely, depth: 'protocol', expect: { dialogue: amqpHeader } });

export const logisticsComponents: Components = {
  'kl-app-1': {
    title: { da: 'Klinisk Logistik, node 1', en: 'Clinical logistics node 1' },
    site: 'aarhus',
    needs: [
      { atLeast: 1, of: ['kl-db-1', 'kl-db-2'] },
      { atLeast: 1, of: ['broker-1', 'broker-2'] },
    ],
    checks: { board: http(`${host('kl-app-1')}:8080`, '/board', aBoard) },
    ...appLost,
  },
  'kl-app-2': {
    title: { da: 'Klinisk Logistik, node 2', en: 'Clinical logistics node 2' },
    site: 'viborg',
    needs: [
      { atLeast: 1, of: ['kl-db-1', 'kl-db-2'] },
      { atLeast: 1, of: ['broker-1', 'broker-2'] },
    ],
    checks: { board: http(`${host('kl-app-2')}:8080`, '/board', aBoard) },
    ...appLost,
  },
  'kl-db-1': {
    title: { da: 'Klinisk Logistik, database 1', en: 'Clinical logistics database 1' },
    host: 'hyp-aarhus-2',
    needs: ['storage-aarhus'],
    checks: { sql: sql('kl-db-1'), disk: metrics('kl-db-1', 'aarhus', { ...closely, signals: disk('/data') }) },
    ...databaseLost,
  },
  'kl-db-2': {
    title: { da: 'Klinisk Logistik, database 2', en: 'Clinical logistics database 2' },
    host: 'hyp-viborg-2',
    needs: ['storage-viborg'],
    checks: { sql: sql('kl-db-2'), disk: metrics('kl-db-2', 'viborg', { ...closely, signals: disk('/data') }) },
    ...databaseLost,
  },
  'broker-1': {
    title: { da: 'Beskedkø 1', en: 'Message broker 1' },
    site: 'aarhus',
    checks: { header: header('broker-1') },
    ...brokerLost,
  },
  'broker-2': {
    title: { da: 'Beskedkø 2', en: 'Message broker 2' },
    site: 'viborg',
    checks: { header: header('broker-2') },
    ...brokerLost,
  },
  'kl-display': {
    title: { da: 'Tavlernes skærmtjeneste', en: 'Display gateway of the boards' },
    site: 'viborg',
    owner: 'logistics',
    checks: { health: https('kl-display', '/health', { expect: { status: 200 } }) },
  },
};

export const logisticsSolutions: Solutions = {
  kl: {
    title: { da: 'Klinisk Logistik', en: 'Clinical logistics' },
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [
      { atLeast: 1, of: ['kl-app-1', 'kl-app-2'] },
      'identity',
      'network-services',
      { on: 'kl-display', effect: 'degrades' },
    ],
    checks: { front: https('kl', '/board', { ...aBoard, vantages: workplaces, signals: slowness }) },
    promises: [{ objective: 99.9, window: '30d' }],
    owner: 'logistics',
    runbook: 'boards-unavailable',
    firstAction: {
      da: 'Se om databasen kan skrive (plads på /data), dernæst om en af de to noder svarer.',
      en: 'See whether the database can write (space on /data), then whether either node answers.',
    },
  },
};
