import { DatabaseSync } from 'node:sqlite';
import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft, json } from '../machine.ts';
import type { Place } from '../network.ts';
import type { World } from '../world.ts';
import { database } from './database.ts';
import { plain } from './web.ts';

const robots = ['robot-1', 'robot-2', 'robot-3', 'robot-4'] as const;
const locations = ['location-1', 'location-2'] as const;
const robotsNeeded = 2;
const seconds = (world: World, since: number): number => (world.now() - since) / 1000;

/** The robots' controller: a job runs when two robots and a location service answer, and its age says when it last did. */
const controller = (world: World): Draft => {
  const kit = createMachine(world, 'rpa-controller', 'viborg');
  let done = world.now();
  world.every(4_000, async () => {
    const tried = await Promise.allSettled(robots.map((robot) => kit.ask().body(`http://${robot}:8080/health`)));
    if (tried.filter(({ status }) => status === 'fulfilled').length < robotsNeeded) return;
    await firstOf(locations, (node) => kit.ask().body(`http://${node}:8080/location/health`));
    done = world.now();
  });
  return draft(
    kit,
    kit.http(8080, { '/health': () => 'ready' }),
    kit.metrics(() => [['job_age_seconds{job="location"}', seconds(world, done)]]),
  );
};

/** The register of addresses and meeting places: each node asks its own store. */
const location = (world: World, name: string, stands: Place): Draft => {
  const store = new DatabaseSync(':memory:');
  store.exec("create table places (name text); insert into places values ('hovedindgang'), ('helipad')");
  const count = store.prepare('select count(*) as places from places');
  return plain(world, name, stands, 8080, {
    '/location/health': () => {
      if (Number(count.get()?.['places'] ?? 0) === 0) throw new Error('the register is empty');
      return 'ready';
    },
  });
};

const warehouse = (world: World): Draft => {
  const loads = { hourly: world.now() };
  world.every(20_000, () => {
    loads.hourly = world.now();
  });
  return database(world, 'dw-1', 'viborg', {
    more: () => [['load_age_seconds{load="hourly"}', seconds(world, loads.hourly)]],
  });
};

const report = (world: World): Draft => {
  const kit = createMachine(world, 'report-1', 'viborg');
  return draft(
    kit,
    kit.https(443, {
      '/health': async () => {
        const [row] = await kit.ask().sql('dw-1', "select count(*) from loads where name = 'hourly'");
        return Number(row?.[0] ?? 0) > 0 ? 'ready' : { status: 503, body: 'no load in the warehouse' };
      },
    }),
  );
};

const features = (world: World): Draft => {
  const kit = createMachine(world, 'features-1', 'aarhus');
  let computed = world.now();
  world.every(15_000, () => {
    computed = world.now();
  });
  return draft(
    kit,
    kit.http(8080, { '/health': () => 'ready' }),
    kit.metrics(() => [['feature_age_seconds', seconds(world, computed)]]),
  );
};

/** Robots and location data, the warehouse and its reports, and the readmission model with its features. */
export const dataSystems = (world: World): readonly Draft[] => [
  controller(world),
  ...robots.map((name, index) =>
    plain(world, name, index % 2 === 0 ? 'aarhus' : 'viborg', 8080, { '/health': () => 'ready' }),
  ),
  location(world, 'location-1', 'aarhus'),
  location(world, 'location-2', 'viborg'),
  warehouse(world),
  report(world),
  ...(['model-1', 'model-2'] as const).map((name, index) =>
    plain(world, name, index === 0 ? 'aarhus' : 'viborg', 8080, {
      '/health': () => 'ready',
      '/predict': ({ method }) => (method === 'POST' ? json({ risk: 0.12 }) : { status: 405, body: 'POST a case' }),
    }),
  ),
  features(world),
];
