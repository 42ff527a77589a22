import { dicomAssociation, hl7Query } from './dialogues.ts';
import type { Components, Solutions, Text } from './form.ts';
import { closely, grows, hospitals, https, metrics, tcp } from './parts.ts';

const archiveLost = {
  owner: 'devices',
  runbook: 'image-archive-node-lost',
  firstAction: {
    da: 'Se om den anden arkivnode tager imod fra apparaterne; de gemmer selv billeder i en time.',
    en: 'See whether the other archive node receives from the devices; they keep images themselves for an hour.',
  },
};
const gatewayLost = {
  owner: 'devices',
  runbook: 'device-gateway-lost',
  firstAction: {
    da: 'Ring til hospitalets medicotekniske vagt: målinger skrives på papir, til køen er sendt.',
    en: "Call the hospital's device engineer on duty: values are written on paper until the queue has been sent.",
  },
};

const gatewayOf = (hospital: string): string => `mdi-gw-${hospital}`;
/** Seen from its own hospital, which alone judges it there, and from a datacenter. */
const gateway = (hospital: string, title: Text) => ({
  title,
  site: hospital,
  checks: {
    message: tcp(gatewayOf(hospital), 2575, {
      depth: 'protocol',
      vantages: [hospital, 'viborg'],
      expect: { dialogue: hl7Query },
    }),
    queue: metrics(gatewayOf(hospital), hospital, {
      signals: {
        length: grows({ da: 'Målinger i kø', en: 'Values queued' }, 'count', {
          of: 'store_forward_queue_length',
          limit: 2000,
        }),
        newest: grows({ da: 'Alder på nyeste måling', en: 'Age of the newest value' }, 'seconds', {
          of: 'newest_value_age_seconds',
          limit: 120,
        }),
      },
    }),
  },
  ...gatewayLost,
});

const association = (machine: string) =>
  tcp(machine, 104, { depth: 'session', vantages: hospitals, expect: { dialogue: dicomAssociation } });
/** Asks for the agreed test patient's studies: no other patient's name is ever in an answer. */
const studies = (machine: string) =>
  https(machine, '/dicom-web/studies?PatientID=FORVARSEL-TEST&limit=1', {
    ...closely,
    vantages: hospitals,
    request: { headers: { accept: 'application/dicom+json' } },
    expect: { body: /^\s*\[/ },
  });

export const deviceComponents: Components = {
  // Both archives stand in Aarhus: at a hospital that loses its way there, imaging stops.
  'pacs-1': {
    title: { da: 'Billedarkiv 1', en: 'Image archive 1' },
    site: 'aarhus',
    checks: { association: association('pacs-1'), studies: studies('pacs-1') },
    ...archiveLost,
  },
  'pacs-2': {
    title: { da: 'Billedarkiv 2', en: 'Image archive 2' },
    site: 'aarhus',
    checks: { association: association('pacs-2'), studies: studies('pacs-2') },
    ...archiveLost,
  },
  'mdi-gw-auh': gateway('auh', { da: 'Apparatgateway, AUH', en: 'Device gateway, AUH' }),
  'mdi-gw-rhv': gateway('rhv', { da: 'Apparatgateway, RH Viborg', en: 'Device gateway, RH Viborg' }),
  'mdi-gw-goedstrup': gateway('goedstrup', { da: 'Apparatgateway, Gødstrup', en: 'Device gateway, Gødstrup' }),
  'mdi-gw-horsens': gateway('horsens', { da: 'Apparatgateway, Horsens', en: 'Device gateway, Horsens' }),
  'mdi-gw-randers': gateway('randers', { da: 'Apparatgateway, Randers', en: 'Device gateway, Randers' }),
};

export const deviceSolutions: Solutions = {
  mdi: {
    title: { da: 'MDI-platform', en: 'Medical device integration (MDI)' },
    criticality: 'clinical-critical',
    data: 'patient',
    // A gateway serves its own hospital; losing one marks the platform, losing the engines stops it everywhere.
    needs: [
      'integration',
      'network-services',
      { on: { atLeast: hospitals.length, of: hospitals.map(gatewayOf) }, effect: 'degrades' },
    ],
    promises: [{ objective: 99.9, window: '30d' }],
    owner: 'devices',
    runbook: 'device-values-stopped',
    firstAction: {
      da: 'Se alderen på nyeste måling pr. hospital: er den ens overalt, er det motoren, ellers gatewayen.',
      en: 'Look at the age of the newest value per hospital: the same everywhere is the engine, otherwise the gateway.',
    },
  },
  pacs: {
    title: { da: 'Billedarkiv (PACS)', en: 'Image archive (PACS)' },
    criticality: 'clinical-critical',
    data: 'patient',
    needs: [{ atLeast: 1, of: ['pacs-1', 'pacs-2'] }, 'network-services'],
    promises: [{ objective: 99.9, window: '30d' }],
    owner: 'devices',
    runbook: 'image-archive-unavailable',
    firstAction: {
      da: 'Se om det er ét hospital eller alle: ét er vejen dertil, alle er arkivet.',
      en: 'See whether it is one hospital or all: one is the way there, all is the archive.',
    },
  },
};
