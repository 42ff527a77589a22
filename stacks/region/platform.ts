import type { Component, Components, Solutions, Text } from './form.ts';
import { https } from './parts.ts';

const gatewayLost = {
  owner: 'platform',
  runbook: 'platform-gateway-lost',
  firstAction: {
    da: 'Se om klyngens noder er klar, og om den anden gateway bærer partnernes trafik.',
    en: "See whether the cluster's nodes are ready, and whether the other gateway carries the partners' traffic.",
  },
};
const gateway = (machine: string, cluster: string, title: Text): Component => ({
  title,
  cluster,
  checks: { healthz: https(machine, '/healthz', { expect: { body: /^ok\b/ } }) },
  ...gatewayLost,
});

export const platformComponents: Components = {
  'gateway-aarhus': gateway('gateway-aarhus', 'k8s-aarhus', { da: 'Gateway, Aarhus', en: 'Gateway, Aarhus' }),
  'gateway-viborg': gateway('gateway-viborg', 'k8s-viborg', { da: 'Gateway, Viborg', en: 'Gateway, Viborg' }),
  'gateway-cloud': gateway('gateway-cloud', 'k8s-cloud', { da: 'Gateway i skyen', en: 'Gateway in the cloud' }),
  'registry-1': {
    title: { da: 'Billedregister', en: 'Container registry' },
    site: 'viborg',
    owner: 'platform',
    checks: { api: https('registry-1', '/v2/', { expect: { status: [200, 401] } }) },
    runbook: 'registry-down',
    firstAction: {
      da: 'Stop udrulninger: det, der kører, kører videre, men intet nyt kan starte.',
      en: 'Stop deployments: what runs runs on, but nothing new can start.',
    },
  },
};

export const platformSolutions: Solutions = {
  agile: {
    title: { da: 'Agil platform', en: 'Agile platform' },
    criticality: 'business-critical',
    data: 'personal',
    needs: [
      { atLeast: 1, of: ['gateway-aarhus', 'gateway-viborg'] },
      'network-services',
      { on: 'gateway-cloud', effect: 'degrades' },
      { on: 'identity', effect: 'degrades' },
      { on: 'registry-1', effect: 'starts' },
    ],
    promises: [{ objective: 99.9, window: '30d' }],
    owner: 'platform',
    runbook: 'platform-unavailable',
    firstAction: {
      da: 'Se hvilken af de to gateways der svarer, og ring til partneren, før noget rulles tilbage.',
      en: 'See which of the two gateways answers, and call the partner before anything is rolled back.',
    },
  },
};
