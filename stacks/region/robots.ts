import type { Component, Components, Solutions, Text } from './form.ts';
import { grows, host, http, metrics } from './parts.ts';

/**
 * A software robot is a virtual desktop that works like a person: two of the four keep up with the day's jobs. Each is
 * asked from its own side alone: a vantage that is lost leaves two robots seen.
 */
const robot = (machine: string, site: string, title: Text): Component => ({
  title,
  site,
  owner: 'automation',
  checks: { health: http(`${host(machine)}:8080`, '/health', { vantages: [site], expect: { body: /^ready\b/ } }) },
});
/** The register answers only when it has read its own table of addresses. */
const register = (machine: string, site: string, title: Text): Component => ({
  title,
  site,
  owner: 'automation',
  checks: {
    register: http(`${host(machine)}:8080`, '/location/health', { depth: 'session', expect: { body: /^ready\b/ } }),
  },
});

export const robotComponents: Components = {
  'rpa-controller': {
    title: { da: 'Robotternes styring', en: 'Controller of the robots' },
    site: 'viborg',
    owner: 'automation',
    checks: {
      health: http(`${host('rpa-controller')}:8080`, '/health', { expect: { body: /^ready\b/ } }),
      // A job that says when it last ended is what a push heartbeat is: silence grows old.
      jobs: metrics('rpa-controller', 'viborg', {
        signals: {
          location: grows(
            { da: 'Siden seneste kørsel af steddata', en: 'Since the last run of location data' },
            'seconds',
            {
              of: 'job_age_seconds{job="location"}',
              limit: 3600,
            },
          ),
        },
      }),
    },
    runbook: 'robots-stopped',
    firstAction: {
      da: 'Se hvilket job der står, og kør det igen fra styringen; job tåler at køre to gange.',
      en: 'See which job stands still and run it again from the controller; jobs bear to run twice.',
    },
  },
  'robot-1': robot('robot-1', 'aarhus', { da: 'Robot 1', en: 'Robot 1' }),
  'robot-2': robot('robot-2', 'viborg', { da: 'Robot 2', en: 'Robot 2' }),
  'robot-3': robot('robot-3', 'aarhus', { da: 'Robot 3', en: 'Robot 3' }),
  'robot-4': robot('robot-4', 'viborg', { da: 'Robot 4', en: 'Robot 4' }),
  'location-1': register('location-1', 'aarhus', { da: 'Stedregister 1', en: 'Location register 1' }),
  'location-2': register('location-2', 'viborg', { da: 'Stedregister 2', en: 'Location register 2' }),
};

export const robotSolutions: Solutions = {
  rpa: {
    title: { da: 'RPA og dybe integrationer', en: 'RPA and deep integrations' },
    criticality: 'supporting',
    data: 'internal',
    needs: [
      'rpa-controller',
      { atLeast: 2, of: ['robot-1', 'robot-2', 'robot-3', 'robot-4'] },
      { atLeast: 1, of: ['location-1', 'location-2'] },
      'network-services',
    ],
    promises: [{ objective: 99, window: '30d' }],
    owner: 'automation',
    runbook: 'robots-stopped',
    firstAction: {
      da: 'Se om det er styringen, robotterne eller registeret, der ikke svarer, og sig det til dem, der venter på data.',
      en: 'See whether controller, robots or register fail to answer, and tell those who wait for the data.',
    },
  },
};
