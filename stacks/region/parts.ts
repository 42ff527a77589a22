import type { Check, CheckOf, Signal, Signals, Text } from './form.ts';

/** Every name of the estate ends the same way; a machine is called what its component is called. */
export const host = (machine: string): string => `${machine}.region.example`;

export const hospitals = ['auh', 'rhv', 'goedstrup', 'horsens', 'randers'];
export const datacenters = ['aarhus', 'viborg'];
/** What workplaces reach directly is asked for from every hospital too: a cut is felt at that hospital alone. */
export const workplaces = [...datacenters, ...hospitals];

const patience = '5s';
/** What people wait for, and what breaks it. */
export const closely = { every: '30s', within: patience };
/** The rest. */
export const calmly = { every: '60s', within: patience };

type More<K extends Check['kind']> = Partial<CheckOf<K>>;

const certificate: Signal = {
  title: { da: 'Certifikatets udløb', en: 'End of the certificate' },
  unit: 'timestamp',
  of: 'certificate',
  direction: 'falling',
};
/** The answer's time towards the moment at which the check gives up: when the line is crossed, the work has stopped. */
export const slowness: Signals = {
  duration: {
    title: { da: 'Svartid', en: 'Time to answer' },
    unit: 'seconds',
    of: 'duration',
    limit: Number.parseInt(patience, 10),
  },
};

export const https = (machine: string, path: string, more: More<'http'>): Check => ({
  kind: 'http',
  target: `https://${host(machine)}${path}`,
  ...calmly,
  ...more,
  signals: { certificate, ...more.signals },
});
export const http = (address: string, path: string, more: More<'http'>): Check => ({
  kind: 'http',
  target: `http://${address}${path}`,
  ...calmly,
  ...more,
});
export const tcp = (machine: string, port: number, more: More<'tcp'>): Check => ({
  kind: 'tcp',
  target: `${host(machine)}:${port}`,
  ...calmly,
  ...more,
});
export const tls = (machine: string, port: number): Check => ({
  kind: 'tls',
  target: `${host(machine)}:${port}`,
  ...calmly,
  expect: { trusted: true, serverName: host(machine) },
  signals: { certificate },
});
/** Numbers are read from where the machine stands, as an agent on site does. */
export const metrics = (machine: string, vantage: string, more: More<'metrics'> & { signals: Signals }): Check => ({
  kind: 'metrics',
  target: `http://${host(machine)}:9100/metrics`,
  ...calmly,
  vantages: [vantage],
  ...more,
});

/** A disk fills towards its own size. */
export const disk = (mount: string): Signals => ({
  'disk-used': {
    title: { da: `Brugt på ${mount}`, en: `Used on ${mount}` },
    unit: 'bytes',
    of: `disk_used_bytes{mount="${mount}"}`,
    limit: { signal: 'disk-size' },
  },
  'disk-size': {
    title: { da: `Størrelse af ${mount}`, en: `Size of ${mount}` },
    unit: 'bytes',
    of: `disk_size_bytes{mount="${mount}"}`,
  },
});
/** Something grows old or long; past the limit it is of no use to those who wait for it. */
export const grows = (title: Text, unit: 'seconds' | 'count', at: { of: string; limit: number }): Signal => ({
  title,
  unit,
  ...at,
});
