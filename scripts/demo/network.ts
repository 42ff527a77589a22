import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dns } from './protocols/dns.ts';

/** Everybody who has addresses of his own, in the order of his number: three places where systems stand, five hospitals, and home. */
export const places = ['aarhus', 'viborg', 'cloud', 'auh', 'rhv', 'goedstrup', 'horsens', 'randers', 'home'] as const;
export type Place = (typeof places)[number];
export const portOffset = 20_000;

export type Served = {
  readonly port: number;
  readonly tcp?: (socket: Socket) => void;
  readonly udp?: (socket: UdpSocket) => void;
};

/** A simulated machine: a number for its addresses, the names it answers to, where it stands, what it serves. */
export type Machine = {
  readonly number: number;
  readonly hosts: readonly string[];
  readonly stands: Place;
  readonly services: readonly Served[];
  /** The places that reach it; everybody unless said otherwise. */
  readonly reachedFrom?: readonly Place[];
};

type Listener = { readonly open: () => Promise<void>; readonly close: () => void };

const tcpListener = (address: string, port: number, handle: (socket: Socket) => void): Listener => {
  let server: Server | null = null;
  const sockets = new Set<Socket>();
  return {
    open: async () => {
      if (server !== null) return;
      const opened = createServer((socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => socket.destroy());
        handle(socket);
      });
      server = opened;
      await new Promise<void>((resolve, reject) => {
        opened.once('error', reject);
        opened.listen({ host: address, port, backlog: 64 }, () => resolve());
      });
    },
    close: () => {
      server?.close();
      server = null;
      // No reset: on a socket that is just being shut down, as below TLS, Node loses the handle (and its thread never ends).
      for (const socket of sockets) socket.destroy();
    },
  };
};

const udpListener = (address: string, port: number, handle: (socket: UdpSocket) => void): Listener => {
  let socket: UdpSocket | null = null;
  return {
    open: async () => {
      if (socket !== null) return;
      const opened = createSocket('udp4');
      socket = opened;
      opened.on('error', () => undefined);
      handle(opened);
      await new Promise<void>((resolve, reject) => {
        opened.once('error', reject);
        opened.bind({ address, port }, () => resolve());
      });
    },
    close: () => {
      socket?.close();
      socket = null;
    },
  };
};

/** Finds a base whose addresses nobody else's demo holds, and holds it: two demos may run side by side. */
export const pickBase = async (from = 10): Promise<{ readonly base: number; readonly release: () => void }> => {
  for (let base = from; base + places.length < 250; base += places.length + 1) {
    const held = tcpListener(`127.${base}.0.9`, 20_999, (socket) => socket.destroy());
    try {
      await held.open();
      return { base, release: held.close };
    } catch {
      held.close();
    }
  }
  throw new Error('no free loopback addresses: every base from 10 to 240 is in use');
};

/**
 * The simulated wires. Each machine listens on one address per place, so a cut is a real closed listener for the
 * probes and the clinicians of that place alike.
 */
export const createNetwork = (base: number) => {
  const machines = new Map<string, Machine>();
  const byName = new Map<string, Machine>();
  const listeners = new Map<string, readonly Listener[]>();
  const dead = new Set<string>();
  const cuts = new Set<string>();
  const always: Listener[] = [];
  const plane = (place: Place): number => base + places.indexOf(place);
  const key = (machine: Machine, place: Place): string => `${machine.hosts[0]}@${place}`;
  const nameOf = (host: string): Machine => {
    const machine = byName.get(host);
    if (machine === undefined) throw new Error(`no simulated machine is called ${host}`);
    return machine;
  };
  const address = (place: Place, machine: Machine): string => `127.${plane(place)}.${machine.number}.1`;
  let settling: Promise<void> = Promise.resolve();
  const settleNow = async (): Promise<void> => {
    for (const machine of machines.values())
      for (const place of machine.reachedFrom ?? places) {
        const id = key(machine, place);
        const reachable = !dead.has(machine.hosts[0] ?? '') && !cuts.has(id);
        for (const listener of listeners.get(id) ?? [])
          if (reachable) await listener.open();
          else listener.close();
      }
  };
  /** One change after the other: a listener that is opening is never closed half way. */
  const settle = (): Promise<void> => {
    settling = settling.then(settleNow);
    return settling;
  };
  return {
    base,
    /** Opens every listener of these machines, and per place its DNS and two neighbours that only prove the way. */
    start: async (declared: readonly Machine[]): Promise<void> => {
      for (const machine of declared) {
        machines.set(machine.hosts[0] ?? '', machine);
        for (const host of machine.hosts) byName.set(host, machine);
        for (const place of machine.reachedFrom ?? places)
          listeners.set(
            key(machine, place),
            machine.services.flatMap(({ port, tcp, udp }) => {
              const here = address(place, machine);
              return [
                ...(tcp === undefined ? [] : [tcpListener(here, port + portOffset, tcp)]),
                ...(udp === undefined ? [] : [udpListener(here, port + portOffset, udp)]),
              ];
            }),
          );
      }
      for (const place of places) {
        const addressOf = (name: string) => {
          const machine = byName.get(name);
          return machine === undefined ? null : address(place, machine);
        };
        always.push(udpListener(`127.${plane(place)}.0.53`, 53 + portOffset, dns(addressOf)));
        for (const neighbour of [2, 3])
          always.push(tcpListener(`127.${plane(place)}.0.${neighbour}`, 7 + portOffset, (socket) => socket.end()));
      }
      await Promise.all([...always.map((listener) => listener.open()), settle()]);
    },
    /** What a DNS server answers for a name when it is asked on this address of its own: that place's view. */
    answerAt: (local: string, name: string): string | null => {
      const machine = byName.get(name);
      return machine === undefined ? null : `127.${local.split('.')[1]}.${machine.number}.1`;
    },
    /** Where a place reaches these machines on this port, as `address:port`. */
    addressesFrom: (place: Place, hosts: readonly string[], port: number): readonly string[] =>
      hosts.map((host) => `${address(place, nameOf(host))}:${port + portOffset}`),
    /** What the DNS of a place answers for a name, asked over UDP. */
    resolver: (place: Place) => {
      const resolver = new Resolver({ timeout: 500, tries: 2 });
      resolver.setServers([`127.${plane(place)}.0.53:${53 + portOffset}`]);
      return async (host: string): Promise<string> => {
        const [address] = await resolver.resolve4(host);
        if (address === undefined) throw new Error(`no address for ${host}`);
        return address;
      };
    },
    /** Where people and programs of a place leave from. */
    sourceOf: (place: Place): string => `127.${plane(place)}.0.1`,
    /** The machine stops: its listeners and its connections close, everywhere. */
    kill: async (host: string): Promise<void> => {
      dead.add(nameOf(host).hosts[0] ?? '');
      await settle();
    },
    revive: async (host: string): Promise<void> => {
      dead.delete(nameOf(host).hosts[0] ?? '');
      await settle();
    },
    /** The way from a place to these machines is gone: their listeners for that place close. */
    cut: async (place: Place, which: (machine: Machine) => boolean): Promise<void> => {
      for (const machine of machines.values()) if (which(machine)) cuts.add(key(machine, place));
      await settle();
    },
    mend: async (place: Place): Promise<void> => {
      for (const machine of machines.values()) cuts.delete(key(machine, place));
      await settle();
    },
    stop: (): void => {
      for (const listener of [...always, ...[...listeners.values()].flat()]) listener.close();
    },
  };
};
export type Network = ReturnType<typeof createNetwork>;
