import { hostOf } from './ask.ts';
import type { Draft } from './machine.ts';
import type { Machine } from './network.ts';
import { citizenSystems } from './systems/citizens.ts';
import { dataSystems } from './systems/data.ts';
import { deviceSystems } from './systems/devices.ts';
import { epjSystems } from './systems/epj.ts';
import { logisticsSystems } from './systems/logistics.ts';
import { platformSystems } from './systems/platform.ts';
import { sharedSystems } from './systems/shared.ts';
import { workplaceSystems } from './systems/workplace.ts';
import type { World } from './world.ts';

/** Every area of the simulated region; a new area is one file and one line here. */
const areas: readonly ((world: World) => readonly Draft[])[] = [
  sharedSystems,
  epjSystems,
  logisticsSystems,
  workplaceSystems,
  deviceSystems,
  citizenSystems,
  dataSystems,
  platformSystems,
];

/** All machines of the region with their numbers; numbers begin at 1, for 0 is each place's own. */
export const buildSystems = (world: World): readonly Machine[] =>
  areas
    .flatMap((area) => area(world))
    .map(({ name, ...rest }, index) => ({ number: index + 1, hosts: [hostOf(name)], ...rest }));
