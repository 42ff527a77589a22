import type { Components, Solutions } from './form.ts';
import { closely, https, slowness, tcp } from './parts.ts';

/** Citizens come from the internet; the cloud region looks on from inside. */
const citizensSee = ['cloud', 'home'];
const clinicsToo = ['cloud', 'home', 'auh'];

const pageLost = {
  owner: 'citizens',
  runbook: 'portal-node-lost',
  firstAction: {
    da: 'Se om den anden node bærer trafikken, og om certifikatet er skiftet for nylig.',
    en: 'See whether the other node carries the traffic, and whether its certificate was changed lately.',
  },
};
const videoLost = {
  owner: 'citizens',
  runbook: 'video-node-lost',
  firstAction: {
    da: 'Se om nye samtaler går til den anden node; igangværende samtaler flyttes ikke.',
    en: 'See whether new calls go to the other node; calls in progress do not move.',
  },
};
const intakeLost = {
  owner: 'citizens',
  runbook: 'intake-node-lost',
  firstAction: {
    da: 'Se om den anden node tager imod; hjemmets udstyr gemmer og sender igen.',
    en: 'See whether the other node receives; the equipment at home keeps and sends again.',
  },
};

const page = (machine: string) =>
  https(machine, '/', { ...closely, vantages: citizensSee, expect: { body: /Patientportal/ } });
const capabilities = (machine: string) =>
  https(machine, '/fhir/metadata', { vantages: citizensSee, expect: { body: /"CapabilityStatement"/ } });
const video = (machine: string) => https(machine, '/health', { vantages: clinicsToo, expect: { body: /^ready\b/ } });
/** Media is relayed over UDP; that the relay accepts a connection is as deep as a tcp check sees. */
const relay = (machine: string) => tcp(machine, 3478, { vantages: citizensSee });

export const citizenComponents: Components = {
  nationallogin: {
    title: { da: 'National login (ekstern)', en: 'National login (external)' },
    site: 'cloud',
    owner: 'citizens',
    checks: {
      discovery: https('nationallogin', '/.well-known/openid-configuration', {
        vantages: citizensSee,
        expect: { body: /"issuer"\s*:/ },
      }),
    },
    runbook: 'national-login-down',
    firstAction: {
      da: 'Se leverandørens driftsstatus, og sæt besked på portalens forside. Vi kan ikke rette den.',
      en: "Look at the provider's status page and put a notice on the portal. It is not ours to mend.",
    },
  },
  'portal-1': {
    title: { da: 'Patientportal, node 1', en: 'Patient portal node 1' },
    site: 'cloud',
    checks: { page: page('portal-1') },
    ...pageLost,
  },
  'portal-2': {
    title: { da: 'Patientportal, node 2', en: 'Patient portal node 2' },
    site: 'cloud',
    checks: { page: page('portal-2') },
    ...pageLost,
  },
  'portal-chat': {
    title: { da: 'Portalens chat', en: 'Chat of the portal' },
    site: 'cloud',
    owner: 'citizens',
    checks: { health: https('portal-chat', '/health', { vantages: citizensSee, expect: { status: 200 } }) },
    runbook: 'chat-down',
    firstAction: {
      da: 'Genstart chattens tjeneste, og sæt telefonnumre på portalens forside så længe.',
      en: 'Restart the chat service and put telephone numbers on the portal meanwhile.',
    },
  },
  'video-1': {
    title: { da: 'Videotjeneste 1', en: 'Video service 1' },
    site: 'cloud',
    checks: { health: video('video-1') },
    ...videoLost,
  },
  'video-2': {
    title: { da: 'Videotjeneste 2', en: 'Video service 2' },
    site: 'cloud',
    checks: { health: video('video-2') },
    ...videoLost,
  },
  'turn-1': {
    title: { da: 'Medierelæ 1', en: 'Media relay 1' },
    site: 'cloud',
    checks: { connect: relay('turn-1') },
    ...videoLost,
  },
  'turn-2': {
    title: { da: 'Medierelæ 2', en: 'Media relay 2' },
    site: 'cloud',
    checks: { connect: relay('turn-2') },
    ...videoLost,
  },
  'intake-1': {
    title: { da: 'Modtagelse af hjemmemålinger 1', en: 'Intake of home measurements 1' },
    site: 'cloud',
    checks: { capabilities: capabilities('intake-1') },
    ...intakeLost,
  },
  'intake-2': {
    title: { da: 'Modtagelse af hjemmemålinger 2', en: 'Intake of home measurements 2' },
    site: 'cloud',
    checks: { capabilities: capabilities('intake-2') },
    ...intakeLost,
  },
};

export const citizenSolutions: Solutions = {
  portal: {
    title: { da: 'Patientportal med chat', en: 'Patient portal with chat' },
    criticality: 'business-critical',
    data: 'patient',
    needs: [
      { atLeast: 1, of: ['portal-1', 'portal-2'] },
      'nationallogin',
      { on: 'portal-chat', effect: 'degrades' },
      // What citizens write waits in a queue until the engine takes it to the record.
      { on: 'integration', effect: 'degrades' },
    ],
    checks: {
      front: https('portal', '/', {
        ...closely,
        vantages: citizensSee,
        expect: { body: /Patientportal/ },
        signals: slowness,
      }),
      api: capabilities('portal'),
    },
    promises: [{ objective: 99.5, window: '30d' }],
    owner: 'citizens',
    runbook: 'portal-unavailable',
    firstAction: {
      da: 'Se certifikatet og national login først: de to er oftest grunden.',
      en: 'Look at the certificate and the national login first: one of the two is most often the reason.',
    },
  },
  telemedicine: {
    title: { da: 'Telemedicin', en: 'Telemedicine' },
    criticality: 'business-critical',
    data: 'patient',
    needs: [
      { atLeast: 1, of: ['video-1', 'video-2'] },
      { atLeast: 1, of: ['turn-1', 'turn-2'] },
      { atLeast: 1, of: ['intake-1', 'intake-2'] },
      { on: 'integration', effect: 'degrades' },
    ],
    promises: [
      {
        objective: 99.5,
        window: '30d',
        during: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '07:00', to: '22:00' },
      },
    ],
    owner: 'citizens',
    runbook: 'telemedicine-unavailable',
    firstAction: {
      da: 'Bed klinikkerne ringe til dem, der venter på en samtale, og se om video eller relæ svigter.',
      en: 'Ask the clinics to telephone those who wait for a call, and see whether video or relay fails.',
    },
  },
};
