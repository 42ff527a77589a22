import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostOf } from './ask.ts';
import { createNetwork, type Network, pickBase, places } from './network.ts';
import { createAuthority } from './protocols/authority.ts';
import { type Controls, type Moment, type Story, type StoryName, stories } from './stories.ts';
import { buildSystems } from './systems.ts';
import { createWorld, type World } from './world.ts';

export type EstateOptions = {
  /** First number of the addresses (127.base.x.x); a free one is found when it is left out. */
  readonly base?: number | undefined;
  readonly seed: number;
  /** Where the authority's certificate is written. */
  readonly dataFolder: string;
};

const day = 86_400_000;

/** What a story may do to the region: nothing here is seen by a probe but through its sockets. */
const controlsOf = (network: Network, world: World): Controls => {
  const disk = (name: string) => {
    const found = world.disks.get(name);
    if (found === undefined) throw new Error(`no simulated disk at ${name}`);
    return found;
  };
  return {
    kill: (name) => network.kill(hostOf(name)),
    revive: (name) => network.revive(hostOf(name)),
    cut: (place, stands) => network.cut(place, (machine) => machine.stands === stands),
    mend: (place) => network.mend(place),
    renew: (names, lastsSeconds) => world.renew(names, lastsSeconds === null ? 90 * day : lastsSeconds * 1000),
    ramp: (name, to, overSeconds = 0) => world.ramps.send(name, to, overSeconds * 1000),
    grow: (name, sharePerSecond) => disk(name).grow(sharePerSecond),
    free: (name, share) => disk(name).free(share),
  };
};

const telling = async (story: Story, controls: Controls, tell: (moment: Moment) => void, signal: AbortSignal) => {
  const began = performance.now();
  tell({ name: story.name, phase: 'begins', at: Date.now(), text: story.tells });
  for (const step of story.steps) {
    await sleep(Math.max(0, step.at * 1000 - (performance.now() - began)), undefined, { signal });
    const at = Date.now();
    await step.act(controls);
    if (step.phase !== null) tell({ name: story.name, phase: step.phase, at, text: step.text });
  }
  await sleep(Math.max(0, story.lasts * 1000 - (performance.now() - began)), undefined, { signal });
  tell({ name: story.name, phase: 'ends', at: Date.now(), text: story.title });
};

/** Brings the region to life on loopback: real sockets, real protocols. Linux only, for its addresses in 127/8. */
export const startEstate = async ({ base, seed, dataFolder }: EstateOptions) => {
  if (process.platform !== 'linux')
    throw new Error('the demo needs Linux: only there every address in 127.0.0.0/8 is one of the machine itself');
  const held = base === undefined ? await pickBase() : { base, release: () => undefined };
  const network = createNetwork(held.base);
  const authority = await createAuthority();
  const world = createWorld({ network, authority, seed });
  const machines = buildSystems(world);
  await world.renew(world.guardedNames(), 90 * day);
  await network.start(machines);
  await mkdir(dataFolder, { recursive: true });
  const trustFile = join(dataFolder, 'demo-ca.pem');
  await writeFile(trustFile, authority.pem);
  const controls = controlsOf(network, world);
  const ending = new AbortController();
  let playing: Promise<unknown> = Promise.resolve();
  return {
    base: held.base,
    trustFile,
    trust: authority.pem,
    machines: machines.length,
    places,
    network,
    controls,
    random: world.random,
    stories,
    /** One story after the other; resolves when it has ended, rejects when the estate stops first. */
    play: async (name: StoryName, tell: (moment: Moment) => void): Promise<void> => {
      const mine = playing.then(() => telling(stories[name], controls, tell, ending.signal));
      playing = mine.catch(() => undefined);
      await mine;
    },
    stop: async (): Promise<void> => {
      ending.abort();
      await playing;
      world.stop();
      network.stop();
      held.release();
    },
  };
};
export type Estate = Awaited<ReturnType<typeof startEstate>>;
