import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft } from '../machine.ts';
import type { Place } from '../network.ts';
import { remembering, type World } from '../world.ts';
import { database } from './database.ts';
import { front, plain } from './web.ts';

const apps = ['epj-app-1', 'epj-app-2', 'epj-app-3'] as const;
const databases = ['epj-db-1', 'epj-db-2'] as const;
const writes = ['/order', '/discharge', '/vitals'] as const;

/** An application node: serves the record only while it sees another node, for two of the three must agree on locks. */
const application = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  const peers = apps.filter((app) => app !== name);
  const seesPeer = remembering(world.now, 500, () =>
    firstOf(peers, (peer) => kit.ask().body(`http://${peer}:8080/health`, { timeout: 900 })),
  );
  const query = async (sql: string) => {
    await seesPeer('peer');
    return await firstOf(databases, (node) => kit.ask().sql(node, sql));
  };
  const write = async ({ path }: { readonly path: string }): Promise<string> => {
    await query(`insert into orders (kind, made) values ('${path.slice(1, 12)}', datetime('now'))`);
    return 'signed';
  };
  return draft(
    kit,
    kit.http(8080, {
      '/health': () => 'ready',
      '/record': async () => {
        const [row] = await query('select count(*) from orders');
        return `record, ${row?.[0] ?? '0'} orders`;
      },
      ...Object.fromEntries(writes.map((path) => [path, write])),
    }),
  );
};

const web = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  let next = 0;
  /** The keys that logins are signed with, from the identity provider. */
  const keys = remembering(world.now, 1_000, () =>
    firstOf(['idp-1', 'idp-2'], (idp) => kit.ask().body(`https://${idp}/.well-known/openid-configuration`)),
  );
  const fromAnApp = async ({ method, path, body }: { method: string; path: string; body: string }): Promise<string> => {
    await keys('keys');
    next += 1;
    const inTurn = apps.map((_, index) => apps[(index + next) % apps.length] ?? apps[0]);
    const options = method === 'GET' ? { timeout: 1_500 } : { method, body, timeout: 1_500 };
    return await firstOf(inTurn, (app) => kit.ask().body(`http://${app}:8080${path}`, options));
  };
  return draft(
    kit,
    kit.https(443, {
      '/health': () => 'ready',
      '/record': fromAnApp,
      ...Object.fromEntries(writes.map((path) => [path, fromAnApp])),
    }),
  );
};

/** The patient record: front address, two web nodes, three application nodes, a database pair, print. */
export const epjSystems = (world: World): readonly Draft[] => [
  front(world, 'epj', 'viborg', ['https://epj-web-1', 'https://epj-web-2']),
  web(world, 'epj-web-1', 'aarhus'),
  web(world, 'epj-web-2', 'viborg'),
  application(world, 'epj-app-1', 'aarhus'),
  application(world, 'epj-app-2', 'viborg'),
  application(world, 'epj-app-3', 'aarhus'),
  database(world, 'epj-db-1', 'aarhus'),
  database(world, 'epj-db-2', 'viborg'),
  plain(world, 'epj-print', 'viborg', 631, { '/health': () => 'ready' }),
];
