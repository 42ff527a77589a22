import { firstOf } from '../ask.ts';
import { createMachine, type Draft, draft } from '../machine.ts';
import type { Place } from '../network.ts';
import { smb } from '../protocols/smb.ts';
import { remembering, type World } from '../world.ts';
import { front } from './web.ts';

const pair = (name: string): readonly [string, string] => [`${name}-1`, `${name}-2`];
const standsOf = (name: string): Place => (name.endsWith('1') ? 'aarhus' : 'viborg');
/** File services wait long, as SMB clients do: a slow profile makes a slow sign-on before it makes a failed one. */
const profilePatience = 2_500;

const session = (world: World, name: string): Draft => {
  const kit = createMachine(world, name, standsOf(name));
  const ask = kit.ask;
  const card = remembering(world.now, 900, () => firstOf(pair('smartcard'), (node) => ask().handshake(node, 443)));
  const revocation = remembering(world.now, 900, () =>
    firstOf(pair('pki'), (node) => ask().body(`http://${node}/ocsp/health`)),
  );
  const login = remembering(world.now, 900, () =>
    firstOf(pair('idp'), (node) => ask().body(`https://${node}/login/health`)),
  );
  const signOn = async (): Promise<void> => {
    const profile = firstOf(pair('profile'), (node) => ask().smb(node, profilePatience));
    await Promise.all([profile, login('login'), card('card'), revocation('card')]);
  };
  return draft(
    kit,
    kit.https(443, {
      '/health': async () => {
        await signOn();
        return 'ready';
      },
      '/session': async () => {
        await signOn();
        return 'session ready';
      },
    }),
  );
};

/** KITA, the clinician's workplace: front address, two session brokers, profile stores, smart cards. */
export const workplaceSystems = (world: World): readonly Draft[] => [
  front(world, 'kita', 'viborg', ['https://session-1', 'https://session-2'], 3_000),
  ...pair('session').map((name) => session(world, name)),
  ...pair('profile').map((name) => {
    const kit = createMachine(world, name, standsOf(name));
    return draft(kit, kit.line(445, smb));
  }),
  ...pair('smartcard').map((name) => {
    const kit = createMachine(world, name, standsOf(name));
    return draft(kit, kit.tls(443));
  }),
];
