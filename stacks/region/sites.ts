import type { Clusters, Hosts, Site, Sites, Text } from './form.ts';
import { datacenters, host } from './parts.ts';
import { waysTo } from './routes.ts';

/** Two neighbours of every place, on its own side of every route: when one answers, the place itself is connected. */
const vantageAt = (place: string) => ({
  anchors: [`${host(`neighbour-1.${place}`)}:7`, `${host(`neighbour-2.${place}`)}:7`],
  anchorEvery: '15s',
  anchorWithin: '2s',
});

const hospital = (id: string, title: Text): Site => ({
  title,
  kind: 'on-premises',
  vantage: vantageAt(id),
  owner: 'infrastructure',
  runbook: 'hospital-cut-off',
  firstAction: {
    da: 'Ring til hospitalets koordinerende vagt, og se på begge føringsveje til datacentrene.',
    en: "Call the hospital's coordinator on duty and look at both routes to the datacenters.",
  },
  routes: Object.fromEntries(datacenters.map((there) => [there, { atLeast: 1, of: waysTo(id, there) }])),
});

const datacenter = {
  owner: 'infrastructure',
  runbook: 'site-dark',
  firstAction: {
    da: 'Ring til datacentrets vagt: strøm, køling, fiber. Flyt adresserne til det andet datacenter efter planen.',
    en: "Call the datacenter's duty: power, cooling, fibre. Move the addresses to the other datacenter by the plan.",
  },
};

export const sites: Sites = {
  aarhus: {
    title: { da: 'Datacenter Aarhus', en: 'Datacenter Aarhus' },
    kind: 'on-premises',
    vantage: vantageAt('aarhus'),
    ...datacenter,
  },
  viborg: {
    title: { da: 'Datacenter Viborg', en: 'Datacenter Viborg' },
    kind: 'on-premises',
    vantage: vantageAt('viborg'),
    ...datacenter,
  },
  cloud: {
    title: { da: 'Skyregion', en: 'Cloud region' },
    kind: 'cloud',
    vantage: vantageAt('cloud'),
    owner: 'platform',
    runbook: 'cloud-region-lost',
    firstAction: {
      da: 'Se leverandørens driftsstatus, og meld hændelsen til skyleverandøren.',
      en: "Look at the provider's status page and report the incident to the cloud provider.",
    },
  },
  auh: hospital('auh', { da: 'Aarhus Universitetshospital', en: 'Aarhus University Hospital' }),
  rhv: hospital('rhv', { da: 'Regionshospitalet Viborg', en: 'Viborg Regional Hospital' }),
  goedstrup: hospital('goedstrup', { da: 'Regionshospitalet Gødstrup', en: 'Gødstrup Regional Hospital' }),
  horsens: hospital('horsens', { da: 'Regionshospitalet Horsens', en: 'Horsens Regional Hospital' }),
  randers: hospital('randers', { da: 'Regionshospitalet Randers', en: 'Randers Regional Hospital' }),
  home: {
    title: { da: 'Hjemme, på internettet', en: 'At home, on the internet' },
    kind: 'cloud',
    vantage: vantageAt('home'),
  },
};

export const clusters: Clusters = {
  'k8s-aarhus': { title: { da: 'Kubernetes, Aarhus', en: 'Kubernetes, Aarhus' }, site: 'aarhus', owner: 'platform' },
  'k8s-viborg': { title: { da: 'Kubernetes, Viborg', en: 'Kubernetes, Viborg' }, site: 'viborg', owner: 'platform' },
  'k8s-cloud': { title: { da: 'Kubernetes i skyen', en: 'Kubernetes in the cloud' }, site: 'cloud', owner: 'platform' },
};

export const hosts: Hosts = {
  'hyp-aarhus-1': { title: { da: 'Hypervisor 1, Aarhus', en: 'Hypervisor 1, Aarhus' }, site: 'aarhus' },
  'hyp-aarhus-2': { title: { da: 'Hypervisor 2, Aarhus', en: 'Hypervisor 2, Aarhus' }, site: 'aarhus' },
  'hyp-viborg-1': { title: { da: 'Hypervisor 1, Viborg', en: 'Hypervisor 1, Viborg' }, site: 'viborg' },
  'hyp-viborg-2': { title: { da: 'Hypervisor 2, Viborg', en: 'Hypervisor 2, Viborg' }, site: 'viborg' },
};
