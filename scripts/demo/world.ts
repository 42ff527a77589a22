import { Resolver } from 'node:dns/promises';
import { type Ask, createAsk, hostOf } from './ask.ts';
import type { Network, Place } from './network.ts';
import type { Authority } from './protocols/authority.ts';

/** Seeded numbers in [0, 1): mulberry32. */
export const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Named numbers that move in a straight line to where they were last sent: delays, loads. */
export const createRamps = (now: () => number) => {
  const ramps = new Map<
    string,
    { readonly from: number; readonly to: number; readonly start: number; readonly over: number }
  >();
  const at = (name: string): number => {
    const ramp = ramps.get(name);
    if (ramp === undefined) return 0;
    const share = ramp.over === 0 ? 1 : Math.min(1, (now() - ramp.start) / ramp.over);
    return ramp.from + (ramp.to - ramp.from) * share;
  };
  return {
    at,
    send: (name: string, to: number, overMs = 0): void => {
      ramps.set(name, { from: at(name), to, start: now(), over: overMs });
    },
  };
};

/**
 * Everyday noise: now and then one connection is reset or one answer is slow. Resets are seconds apart, and never twice
 * at one machine within half a minute, so whoever tries again gets through.
 */
export const createWeather = (random: () => number, now: () => number) => {
  const next = (least: number, most: number) => now() + least + random() * (most - least);
  let reset = next(3_000, 9_000);
  let slow = next(2_000, 6_000);
  const spared = new Map<string, number>();
  return {
    resets: (machine: string): boolean => {
      if (now() < reset || now() < (spared.get(machine) ?? 0)) return false;
      reset = next(3_000, 9_000);
      spared.set(machine, now() + 30_000);
      return true;
    },
    /** Milliseconds before a machine begins to answer. */
    lag: (): number => {
      if (now() < slow) return random() * 3;
      slow = next(2_000, 6_000);
      return 120 + random() * 180;
    },
  };
};

export type Disk = {
  readonly used: () => number;
  readonly size: number;
  /** Share of the disk that the log takes each second from now on; 0 ends it. */
  readonly grow: (sharePerSecond: number) => void;
  /** Throws away the log down to this share of the disk. */
  readonly free: (share: number) => void;
};

type Renewable = { readonly setSecureContext: (options: { readonly key: string; readonly cert: string }) => void };

/** What the simulated machines share: wires, names, certificates, weather and time. */
export type WorldOptions = {
  readonly network: Network;
  readonly authority: Authority;
  readonly seed: number;
  readonly now?: () => number;
};
export const createWorld = ({ network, authority, seed, now = () => performance.now() }: WorldOptions) => {
  const random = createRandom(seed);
  const ramps = createRamps(now);
  const guarded = new Map<string, Renewable[]>();
  const timers = new Set<NodeJS.Timeout>();
  const asks = new Map<Place, Ask>();
  const phases = new Map<string, number>();

  /** Systems ask the region's own two DNS machines; an answer is kept for a second at most. */
  const lookupFrom = (place: Place) => {
    const resolver = new Resolver({ timeout: 300, tries: 1 });
    resolver.setServers(network.addressesFrom(place, [hostOf('dns-1'), hostOf('dns-2')], 53));
    return remembering(now, 1_000, async (host: string) => {
      const [address] = await resolver.resolve4(host);
      if (address === undefined) throw new Error(`no address for ${host}`);
      return address;
    });
  };
  const every = (ms: number, task: () => unknown): void => {
    let busy = false;
    const timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      try {
        await task();
      } catch {
        // A background task meets the same faults as everybody; the next round tries again.
      } finally {
        busy = false;
      }
    }, ms);
    timers.add(timer);
  };
  return {
    network,
    random,
    ramps,
    weather: createWeather(random, now),
    now,
    disks: new Map<string, Disk>(),
    every,
    ask: (place: Place): Ask => {
      const known = asks.get(place);
      if (known !== undefined) return known;
      const ask = createAsk({
        source: network.sourceOf(place),
        lookup: lookupFrom(place),
        trust: authority.pem,
        keepAlive: true,
      });
      asks.set(place, ask);
      return ask;
    },
    /** A number with a slow swing and a little noise, its own swing for each name. */
    living: (name: string, base: number, share = 0.03): number => {
      const phase = phases.get(name) ?? random() * 2 * Math.PI;
      phases.set(name, phase);
      return base * (1 + share * (Math.sin(now() / 14_000 + phase) + random() - 0.5));
    },
    /** The server of a machine gets its certificates from here, also later ones. */
    guard: (name: string, server: Renewable): void => {
      guarded.set(name, [...(guarded.get(name) ?? []), server]);
    },
    /** New certificates for these machines that last so long from now. */
    renew: async (names: readonly string[], lastsMs: number): Promise<void> => {
      for (const name of names) {
        const issued = await authority.issue([hostOf(name)], new Date(Date.now() + lastsMs));
        for (const server of guarded.get(name) ?? []) server.setSecureContext(issued);
      }
    },
    guardedNames: (): readonly string[] => [...guarded.keys()],
    stop: (): void => {
      for (const timer of timers) clearInterval(timer);
      for (const ask of asks.values()) ask.close();
    },
  };
};
export type World = ReturnType<typeof createWorld>;

/** Keeps an answer for a while and shares a question that is under way; a failure is never kept. */
export const remembering = <T>(now: () => number, forMs: number, task: (key: string) => Promise<T>) => {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (key: string): Promise<T> => {
    const known = kept.get(key);
    if (known !== undefined && now() - known.at < forMs) return known.answer;
    const entry = { at: now(), answer: task(key) };
    kept.set(key, entry);
    entry.answer.catch(() => kept.get(key) === entry && kept.delete(key));
    return entry.answer;
  };
};
