import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft } from '../machine.ts';
import type { Place } from '../network.ts';
import { amqp } from '../protocols/lines.ts';
import { remembering, type World } from '../world.ts';
import { database } from './database.ts';
import { front, secured } from './web.ts';

const databases = ['kl-db-1', 'kl-db-2'] as const;
/** A note fills a page of its own, so a full disk refuses the very next one. */
const noteBytes = 2_000;

const application = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  const announce = remembering(world.now, 1_000, () =>
    firstOf(['broker-1', 'broker-2'], (broker) => kit.ask().amqp(broker)),
  );
  /** Every movement on a board is written, read back and announced to the other boards. */
  const move = (board: string) => async (): Promise<string> => {
    const [row] = await firstOf(databases, async (node) => {
      await kit.ask().sql(node, `insert into board (place, note) values ('${board}', hex(zeroblob(${noteBytes})))`);
      return await kit.ask().sql(node, `select count(*) from board where place = '${board}'`);
    });
    await announce('movement');
    return `${board}, ${row?.[0] ?? '0'} movements`;
  };
  return draft(
    kit,
    kit.http(8080, {
      '/health': () => 'ready',
      '/board': move('board'),
      '/plan': move('plan'),
      '/porter': move('porter'),
    }),
  );
};

/** Klinisk Logistik: front address, two application nodes, a database pair, two brokers, the displays. */
export const logisticsSystems = (world: World): readonly Draft[] => [
  front(world, 'kl', 'viborg', ['http://kl-app-1:8080', 'http://kl-app-2:8080']),
  application(world, 'kl-app-1', 'aarhus'),
  application(world, 'kl-app-2', 'viborg'),
  database(world, 'kl-db-1', 'aarhus', { startShare: 0.5 }),
  database(world, 'kl-db-2', 'viborg', { startShare: 0.5 }),
  ...(['broker-1', 'broker-2'] as const).map((name, index) => {
    const kit = createMachine(world, name, index === 0 ? 'aarhus' : 'viborg');
    return draft(
      kit,
      kit.line(5672, amqp),
      kit.metrics(() => [['broker_queue_length', Math.round(world.living(`queue:${name}`, 12, 0.8))]]),
    );
  }),
  secured(world, 'kl-display', 'viborg', { '/health': () => 'ready' }),
];
