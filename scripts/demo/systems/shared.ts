import { firstOf, hostOf } from '../ask.ts';
import { createMachine, type Draft, draft, json } from '../machine.ts';
import type { Place } from '../network.ts';
import { dns } from '../protocols/dns.ts';
import { ldap, smtp } from '../protocols/lines.ts';
import type { World } from '../world.ts';

const pair = (name: string): readonly (readonly [string, Place])[] => [
  [`${name}-1`, 'aarhus'],
  [`${name}-2`, 'viborg'],
];
const hour = 3_600;

const identity = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  let logins = 0;
  return draft(
    kit,
    kit.https(443, {
      '/.well-known/openid-configuration': () =>
        json({
          issuer: `https://${hostOf('idp')}`,
          authorization_endpoint: `https://${hostOf('idp')}/authorize`,
          jwks_uri: `https://${hostOf('idp')}/keys`,
        }),
      '/login/health': async () => {
        await firstOf(['ad-1', 'ad-2'], (machine) => kit.ask().ldapBind(machine));
        logins += 1;
        return 'ready';
      },
    }),
    kit.metrics(() => [
      ['idp_logins_total', logins],
      ['idp_sessions', Math.round(world.living(`sessions:${name}`, 2_400))],
      ['idp_sessions_max', 10_000],
    ]),
  );
};

const storage = (world: World, name: string, stands: Place): Draft => {
  const kit = createMachine(world, name, stands);
  const size = 400 * 2 ** 40;
  return draft(
    kit,
    kit.metrics(() => [
      ['disk_used_bytes{mount="/pool"}', Math.round(world.living(`pool:${name}`, size * 0.55, 0.004))],
      ['disk_size_bytes{mount="/pool"}', size],
      ['storage_latency_seconds', world.living(`latency:${name}`, 0.002, 0.3)],
    ]),
    kit.https(443, { '/health': () => 'ready' }),
  );
};

const backup = (world: World): Draft => {
  const kit = createMachine(world, 'backup-1', 'viborg');
  const began = world.now();
  return draft(
    kit,
    kit.https(443, { '/health': () => 'ready' }),
    // Last night's backup: three hours old when the simulation begins.
    kit.metrics(() => [['backup_age_seconds', Math.round(3 * hour + (world.now() - began) / 1000)]]),
  );
};

/** What everything else stands on: directory, names, time, keys, identity, mail, backup, storage. */
export const sharedSystems = (world: World): readonly Draft[] => [
  ...pair('ad').map(([name, stands]) => {
    const kit = createMachine(world, name, stands);
    return draft(kit, kit.line(389, ldap));
  }),
  ...pair('dns').map(([name, stands]) => ({
    name,
    stands,
    services: [
      {
        port: 53,
        udp: (socket: Parameters<ReturnType<typeof dns>>[0]) =>
          dns((asked) => world.network.answerAt(socket.address().address, asked))(socket),
      },
    ],
  })),
  ...pair('ntp').map(([name, stands]) => {
    const kit = createMachine(world, name, stands);
    return draft(kit, kit.tls(4460, ['ntske/1']));
  }),
  ...pair('pki').map(([name, stands]) => {
    const kit = createMachine(world, name, stands);
    return draft(kit, kit.http(80, { '/ocsp/health': () => 'good' }));
  }),
  ...pair('idp').map(([name, stands]) => identity(world, name, stands)),
  (() => {
    const kit = createMachine(world, 'mail-1', 'viborg');
    return draft(kit, kit.line(25, smtp(hostOf('mail-1'))));
  })(),
  backup(world),
  storage(world, 'storage-aarhus', 'aarhus'),
  storage(world, 'storage-viborg', 'viborg'),
];
