import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft } from '../machine.ts';
import type { Place } from '../network.ts';
import type { World } from '../world.ts';
import { deviceHospitals } from './devices.ts';
import { secured } from './web.ts';

const partner = (world: World): Draft => {
  const kit = createMachine(world, 'partner', 'viborg');
  return draft(
    kit,
    kit.https(443, {
      '/status': () =>
        firstOf(['gateway-aarhus', 'gateway-viborg'], (node) => kit.ask().body(`https://${node}/healthz`)),
    }),
  );
};

/** The far end of a line between a hospital and a datacenter: only that hospital can see whether its line is up. */
const route = (world: World, hospital: Place, datacenter: Place, line: string): Draft => {
  const kit = createMachine(world, `route-${hospital}-${datacenter}-${line}`, datacenter);
  return {
    ...draft(
      kit,
      kit.line(7, (socket) => socket.end()),
    ),
    reachedFrom: [hospital],
  };
};

/** The agile platform with a partner's solution on it, and the lines between hospitals and datacenters. */
export const platformSystems = (world: World): readonly Draft[] => [
  ...(['aarhus', 'viborg', 'cloud'] as const).map((place) =>
    secured(world, `gateway-${place}`, place, { '/healthz': () => 'ok' }),
  ),
  secured(world, 'registry-1', 'viborg', { '/v2/': () => ({ status: 200, body: '{}', type: 'application/json' }) }),
  partner(world),
  ...deviceHospitals.flatMap((hospital) =>
    (['aarhus', 'viborg'] as const).flatMap((datacenter) =>
      ['a', 'b'].map((line) => route(world, hospital, datacenter, line)),
    ),
  ),
];
