import { hl7Query, ldapBind, smtpGreeting } from './dialogues.ts';
import type { Check, Components, Signals, Solutions } from './form.ts';
import { calmly, closely, disk, grows, host, http, https, metrics, tcp, tls, workplaces } from './parts.ts';

const directoryLost = {
  owner: 'access',
  runbook: 'directory-node-lost',
  firstAction: {
    da: 'Se om den anden domænecontroller svarer på login. Genstart ikke begge.',
    en: 'See whether the other domain controller answers logins. Never restart both.',
  },
};
const signOnLost = {
  owner: 'access',
  runbook: 'sign-on-node-lost',
  firstAction: {
    da: 'Tag noden ud af fordelingen, og se om den når en domænecontroller, før den genstartes.',
    en: 'Take the node out of the balancing, and see whether it reaches a domain controller before restarting it.',
  },
};
const namesLost = {
  owner: 'infrastructure',
  runbook: 'name-server-lost',
  firstAction: {
    da: 'Se om den anden navneserver svarer, og om zonen sidst blev overført rigtigt.',
    en: 'See whether the other name server answers, and whether the zone was last transferred well.',
  },
};
const clockLost = {
  owner: 'infrastructure',
  runbook: 'time-server-lost',
  firstAction: {
    da: 'Se hvor langt urene er fra hinanden; under et sekund kan det vente til dag.',
    en: 'See how far apart the clocks are; below one second it can wait for daylight.',
  },
};
const certificatesLost = {
  owner: 'access',
  runbook: 'revocation-node-lost',
  firstAction: {
    da: 'Se om den anden OCSP-tjeneste svarer, og hvornår den udgivne spærreliste udløber.',
    en: 'See whether the other OCSP responder answers, and when the published revocation list expires.',
  },
};
const engineLost = {
  owner: 'devices',
  runbook: 'interface-engine-lost',
  firstAction: {
    da: 'Se om den anden motor tager beskederne, og om køen falder. Tøm aldrig køen.',
    en: 'See whether the other engine takes the messages and whether the queue falls. Never empty the queue.',
  },
};
const storageLost = {
  owner: 'infrastructure',
  runbook: 'storage-lost',
  firstAction: {
    da: 'Se om databaserne på det andet datacenter er ajour, før noget flyttes.',
    en: 'See whether the databases at the other datacenter are up to date before anything is moved.',
  },
};

const discovery = (machine: string) =>
  https(machine, '/.well-known/openid-configuration', { expect: { body: /"issuer"\s*:/ } });
const login = (machine: string) =>
  https(machine, '/login/health', { ...closely, depth: 'session', expect: { body: /^ready\b/ } });
const lookup = (machine: string): Check => ({
  kind: 'dns',
  target: `${host(machine)}:53`,
  ...closely,
  query: { name: host('epj'), type: 'A' },
  expect: { rcode: 'NOERROR', answer: /\b\d{1,3}(\.\d{1,3}){3}$/ },
});
const revocation = (machine: string) => http(`${host(machine)}:80`, '/ocsp/health', { expect: { body: /^good\b/ } });
const application = (machine: string) =>
  tcp(machine, 2575, { depth: 'protocol', vantages: workplaces, expect: { dialogue: hl7Query } });
const engineQueue = (machine: string, vantage: string) =>
  metrics(machine, vantage, {
    ...closely,
    signals: {
      length: grows({ da: 'Beskeder i kø', en: 'Messages queued' }, 'count', {
        of: 'engine_queue_length',
        limit: 5000,
      }),
      oldest: grows({ da: 'Ældste besked i køen', en: 'Oldest message queued' }, 'seconds', {
        of: 'engine_queue_oldest_seconds',
        limit: 120,
      }),
    },
  });

const sessions: Signals = {
  sessions: {
    title: { da: 'Åbne sessioner', en: 'Open sessions' },
    unit: 'count',
    of: 'idp_sessions',
    limit: { signal: 'sessions-max' },
  },
  'sessions-max': { title: { da: 'Sessioner i alt', en: 'Sessions at most' }, unit: 'count', of: 'idp_sessions_max' },
};

export const sharedComponents: Components = {
  'ad-1': {
    title: { da: 'Active Directory 1', en: 'Active Directory 1' },
    site: 'aarhus',
    // A domain controller finds the others by name, and signs its service in with them, when it starts; not after.
    needs: [{ on: { atLeast: 1, of: ['dns-1', 'dns-2'] }, effect: 'starts' }],
    checks: { bind: tcp('ad-1', 389, { ...closely, depth: 'session', expect: { dialogue: ldapBind } }) },
    ...directoryLost,
  },
  'ad-2': {
    title: { da: 'Active Directory 2', en: 'Active Directory 2' },
    site: 'viborg',
    needs: [{ on: { atLeast: 1, of: ['dns-1', 'dns-2'] }, effect: 'starts' }],
    checks: { bind: tcp('ad-2', 389, { ...closely, depth: 'session', expect: { dialogue: ldapBind } }) },
    ...directoryLost,
  },
  'idp-1': {
    title: { da: 'Loginserver 1', en: 'Sign-on server 1' },
    site: 'aarhus',
    needs: [{ atLeast: 1, of: ['ad-1', 'ad-2'] }],
    checks: {
      login: login('idp-1'),
      discovery: discovery('idp-1'),
      sessions: metrics('idp-1', 'aarhus', { signals: sessions }),
    },
    ...signOnLost,
  },
  'idp-2': {
    title: { da: 'Loginserver 2', en: 'Sign-on server 2' },
    site: 'viborg',
    needs: [{ atLeast: 1, of: ['ad-1', 'ad-2'] }],
    checks: {
      login: login('idp-2'),
      discovery: discovery('idp-2'),
      sessions: metrics('idp-2', 'viborg', { signals: sessions }),
    },
    ...signOnLost,
  },
  'dns-1': {
    title: { da: 'Navneserver 1', en: 'Name server 1' },
    site: 'aarhus',
    needs: [{ on: { atLeast: 1, of: ['ad-1', 'ad-2'] }, effect: 'starts' }],
    checks: { lookup: lookup('dns-1') },
    ...namesLost,
  },
  'dns-2': {
    title: { da: 'Navneserver 2', en: 'Name server 2' },
    site: 'viborg',
    needs: [{ on: { atLeast: 1, of: ['ad-1', 'ad-2'] }, effect: 'starts' }],
    checks: { lookup: lookup('dns-2') },
    ...namesLost,
  },
  'ntp-1': {
    title: { da: 'Tidsserver 1', en: 'Time server 1' },
    site: 'aarhus',
    checks: { keys: tls('ntp-1', 4460) },
    ...clockLost,
  },
  'ntp-2': {
    title: { da: 'Tidsserver 2', en: 'Time server 2' },
    site: 'viborg',
    checks: { keys: tls('ntp-2', 4460) },
    ...clockLost,
  },
  'pki-1': {
    title: { da: 'Certifikatstatus 1', en: 'Certificate status 1' },
    site: 'aarhus',
    checks: { revocation: revocation('pki-1') },
    ...certificatesLost,
  },
  'pki-2': {
    title: { da: 'Certifikatstatus 2', en: 'Certificate status 2' },
    site: 'viborg',
    checks: { revocation: revocation('pki-2') },
    ...certificatesLost,
  },
  'engine-1': {
    title: { da: 'Integrationsmotor 1', en: 'Interface engine 1' },
    site: 'aarhus',
    checks: { application: application('engine-1'), queue: engineQueue('engine-1', 'aarhus') },
    ...engineLost,
  },
  'engine-2': {
    title: { da: 'Integrationsmotor 2', en: 'Interface engine 2' },
    site: 'viborg',
    checks: { application: application('engine-2'), queue: engineQueue('engine-2', 'viborg') },
    ...engineLost,
  },
  'mail-1': {
    title: { da: 'Mailrelæ', en: 'Mail relay' },
    site: 'viborg',
    owner: 'infrastructure',
    checks: { greeting: tcp('mail-1', 25, { expect: { dialogue: smtpGreeting } }) },
  },
  'storage-aarhus': {
    title: { da: 'Lager, Aarhus', en: 'Storage, Aarhus' },
    site: 'aarhus',
    checks: {
      health: https('storage-aarhus', '/health', { expect: { status: 200 } }),
      pool: metrics('storage-aarhus', 'aarhus', { signals: disk('/pool') }),
    },
    ...storageLost,
  },
  'storage-viborg': {
    title: { da: 'Lager, Viborg', en: 'Storage, Viborg' },
    site: 'viborg',
    checks: {
      health: https('storage-viborg', '/health', { expect: { status: 200 } }),
      pool: metrics('storage-viborg', 'viborg', { signals: disk('/pool') }),
    },
    ...storageLost,
  },
  'backup-1': {
    title: { da: 'Sikkerhedskopiering', en: 'Backup' },
    site: 'viborg',
    owner: 'infrastructure',
    needs: [{ on: 'storage-viborg', effect: 'degrades' }],
    checks: {
      health: https('backup-1', '/health', { expect: { body: /^ready\b/ } }),
      age: metrics('backup-1', 'viborg', {
        ...calmly,
        signals: {
          age: grows({ da: 'Alder på seneste kopi', en: 'Age of the latest copy' }, 'seconds', {
            of: 'backup_age_seconds',
            limit: 26 * 3600,
          }),
        },
      }),
    },
  },
};

export const sharedSolutions: Solutions = {
  identity: {
    title: { da: 'Identitet og login', en: 'Identity and sign-on' },
    criticality: 'clinical-critical',
    data: 'personal',
    needs: [
      { atLeast: 1, of: ['ad-1', 'ad-2'] },
      { atLeast: 1, of: ['idp-1', 'idp-2'] },
    ],
    promises: [{ objective: 99.99, window: '30d' }],
    owner: 'access',
    runbook: 'sign-on-lost',
    firstAction: {
      da: 'Se hvilken af de to loginservere der svarer, og send trafikken dertil.',
      en: 'See which of the two sign-on servers answers, and send the traffic there.',
    },
  },
  'network-services': {
    title: { da: 'Navne, tid og certifikater', en: 'Names, time and certificates' },
    criticality: 'clinical-critical',
    data: 'internal',
    needs: [
      { atLeast: 1, of: ['dns-1', 'dns-2'] },
      { atLeast: 1, of: ['pki-1', 'pki-2'] },
      { on: { atLeast: 1, of: ['ntp-1', 'ntp-2'] }, effect: 'degrades' },
    ],
    promises: [{ objective: 99.99, window: '30d' }],
    owner: 'infrastructure',
    runbook: 'network-services-lost',
    firstAction: {
      da: 'Slå EPJ’s navn op på begge navneservere, før noget andet undersøges.',
      en: "Look up the record's name at both name servers before anything else is examined.",
    },
  },
  integration: {
    title: { da: 'Integrationsmotoren', en: 'Interface engine' },
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [{ atLeast: 1, of: ['engine-1', 'engine-2'] }, 'network-services'],
    promises: [{ objective: 99.99, window: '30d' }],
    owner: 'devices',
    runbook: 'interface-engine-lost',
    firstAction: {
      da: 'Se om nogen af motorerne kvitterer, og hvor gammel den ældste besked i køen er.',
      en: 'See whether either engine acknowledges, and how old the oldest queued message is.',
    },
  },
};
