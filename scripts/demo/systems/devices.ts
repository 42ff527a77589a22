import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft, type MachineKit } from '../machine.ts';
import type { Place } from '../network.ts';
import { dicom } from '../protocols/dicom.ts';
import { mllp } from '../protocols/lines.ts';
import type { World } from '../world.ts';

const longestQueue = 5_000;
const deliveryMs = 500;
const mostPerDelivery = 200;
/** Values are queued and passed on; questions and anything else are only answered. */
const isValue = (message: string): boolean => /^MSH\|[^\r]*\|ORU\^/.test(message);
const deviceMs = 2_000;

/** Messages that wait to be delivered, oldest first; `deliver` takes some at once or throws. */
const createQueue = (world: World, deliver: (count: number) => Promise<unknown>) => {
  const waiting: number[] = [];
  let newest = world.now();
  world.every(deliveryMs, async () => {
    const count = Math.min(waiting.length, mostPerDelivery);
    if (count === 0) return;
    await deliver(count);
    waiting.splice(0, count);
    newest = world.now();
  });
  return {
    add: (count: number): void => {
      for (let left = Math.min(count, longestQueue - waiting.length); left > 0; left -= 1) waiting.push(world.now());
    },
    delivered: (): void => {
      newest = world.now();
    },
    length: () => waiting.length,
    oldestSeconds: () => (waiting[0] === undefined ? 0 : (world.now() - waiting[0]) / 1000),
    sinceNewestSeconds: () => (world.now() - newest) / 1000,
  };
};

/** The interface engine: accepts a message, queues it, and delivers to the record. */
const engine = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  const queue = createQueue(world, () =>
    kit.ask().body('https://epj/vitals', { method: 'POST', body: 'values', timeout: 1_500 }),
  );
  // The laboratory's nightly results, when there are any, come to the first engine.
  if (stands === 'aarhus') world.every(1_000, () => queue.add(Math.round(world.ramps.at('nightly'))));
  return draft(
    kit,
    kit.line(
      2575,
      mllp((message) => {
        if (queue.length() >= longestQueue) return 'queue is full';
        if (isValue(message)) queue.add(1);
        return null;
      }),
    ),
    kit.metrics(() => [
      ['engine_queue_length', queue.length()],
      ['engine_queue_oldest_seconds', queue.oldestSeconds()],
    ]),
  );
};

const forward = (world: World, kit: MachineKit, message = 'ORU^R01') =>
  firstOf(['engine-1', 'engine-2'], (node) =>
    kit.ask().hl7(node, message, `V${Math.floor(world.random() * 1e9)}`, 'OBX|1|NM|8867-4^pulse||72|/min\r'),
  );

/** A hospital's device gateway: passes values on to an engine, and keeps what it cannot pass on. */
const gateway = (world: World, hospital: Place): Draft => {
  const name = `mdi-gw-${hospital}`;
  const kit = createMachine(world, name, hospital);
  const queue = createQueue(world, () => forward(world, kit));
  const value = async (): Promise<string | null> => {
    try {
      await forward(world, kit);
      queue.delivered();
      return null;
    } catch {
      queue.add(1);
      return 'kept here: no engine answers';
    }
  };
  world.every(deviceMs, value);
  return draft(
    kit,
    kit.line(
      2575,
      mllp((message) => (isValue(message) ? value() : null)),
    ),
    kit.metrics(() => [
      ['store_forward_queue_length', queue.length()],
      ['newest_value_age_seconds', queue.sinceNewestSeconds()],
    ]),
  );
};

const pictures = (world: World, name: string): Draft => {
  const kit = createMachine(world, name, 'aarhus');
  const study = { '0020000D': { vr: 'UI', Value: ['1.2.826.0.1.3680043.9.7'] } };
  return draft(
    kit,
    kit.line(104, dicom),
    kit.https(443, {
      '/dicom-web/studies': () => ({ status: 200, body: JSON.stringify([study]), type: 'application/dicom+json' }),
      '/health': () => 'ready',
    }),
  );
};

export const deviceHospitals = ['auh', 'rhv', 'goedstrup', 'horsens', 'randers'] as const satisfies readonly Place[];

/** Engines, the hospitals' gateways, and the picture archive, of which both nodes stand in Aarhus. */
export const deviceSystems = (world: World): readonly Draft[] => [
  engine(world, 'engine-1', 'aarhus'),
  engine(world, 'engine-2', 'viborg'),
  ...deviceHospitals.map((hospital) => gateway(world, hospital)),
  pictures(world, 'pacs-1'),
  pictures(world, 'pacs-2'),
];
