import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Landscape } from '../../../infra/landscape/model.ts';
import { readLandscape } from '../../../infra/landscape/read.ts';
import type { LandscapeInput } from '../../../infra/landscape/schema.ts';
import type { Alert, Picture } from '../../../monitors/picture.ts';
import { createEstate, landscapeOf } from './estate.ts';
import { minuteMs, readMemory, rememberGood } from './memory.ts';

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
const meddle = new URL('./meddle.ts', import.meta.url).href;

/** The program's own wall clock, and orders to its threads to stand still: a file that meddle.ts reads. */
const createOrders = (file: string) => {
  const orders = new Float64Array(5);
  const write = (): void => writeFileSync(file, orders);
  const order = (at: number, ms: number): void => {
    orders[at + 1] = ms;
    orders[at] = (orders[at] ?? 0) + 1;
    write();
  };
  write();
  const wall = (): number => Date.now() + (orders[0] ?? 0);
  const shift = (ms: number): void => {
    orders[0] = (orders[0] ?? 0) + ms;
    write();
  };
  return {
    wall,
    shift,
    /** Forward to so many seconds past a minute: a test need not wait for the minute to end. */
    toSecond: (second: number): void => shift((second * 1000 - (wall() % minuteMs) + minuteMs) % minuteMs),
    freezeJudge: (ms: number): void => order(1, ms),
    freezeProbes: (ms: number): void => order(3, ms),
  };
};

export type Running = {
  readonly child: ChildProcess;
  readonly url: string;
  /** Every picture the program served, about five a second. */
  readonly pictures: Picture[];
  /** The next picture of which this holds; rejects after so many seconds, or when the program ends. */
  readonly until: (what: string, holds: (picture: Picture) => boolean, withinS?: number) => Promise<Picture>;
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};

const fetched = async (url: string, ms: number): Promise<Picture | null> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ms) });
    // The program serves its own picture here.
    return answer.ok ? ((await answer.json()) as Picture) : null;
  } catch {
    return null;
  }
};

/** The address the program prints; rejects with what it said when it ends before. */
const addressOf = async (child: ChildProcess, said: string[]): Promise<string> => {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('expected pipes');
  stderr.on('data', (text: Buffer) => void said.push(text.toString()));
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      said.push(line);
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once('close', () => reject(new Error(`the program ended: ${said.join('\n')}`)));
  });
};

const watch = async (child: ChildProcess): Promise<Running> => {
  const said: string[] = [];
  const ended = once(child, 'close');
  const url = await addressOf(child, said);
  const pictures: Picture[] = [];
  const over = { yet: false };
  void ended.then(() => {
    over.yet = true;
  });
  const polling = (async () => {
    while (!over.yet) {
      const picture = await fetched(`${url}/api/picture`, 2_000);
      if (picture !== null && picture.at !== pictures.at(-1)?.at) pictures.push(picture);
      await setTimeout(200);
    }
  })();
  return {
    child,
    url,
    pictures,
    until: async (what, holds, withinS = 30) => {
      const from = pictures.length;
      for (
        const end = performance.now() + withinS * 1000;
        performance.now() < end && !over.yet;
        await setTimeout(100)
      ) {
        const found = pictures.slice(from).find(holds);
        if (found !== undefined) return found;
      }
      const last = JSON.stringify(summary(pictures.at(-1)));
      throw new Error(`waited ${withinS} s for: ${what}; ${over.yet ? 'it ended; ' : ''}${last}\n${said.join('\n')}`);
    },
    kill: async (signal) => {
      child.kill(signal);
      await ended;
      await polling;
    },
  };
};

export const alertsOf = ({ alerts }: Pick<Picture, 'alerts'>): readonly string[] =>
  alerts.map(({ id, phase, frozen }) => `${id} ${phase}${frozen ? '!' : ''}`).sort();
export const phaseOf = (picture: Picture, id: string): Alert['phase'] | undefined =>
  picture.alerts.find((alert) => alert.id === id)?.phase;
export const stateOf = ({ workflows }: Picture, id: string): string | undefined =>
  workflows.find(({ workflow }) => workflow === id)?.state.state;
const vantagesOf = ({ vantages }: Picture): string => vantages.map(({ state }) => state).join(' ');
export const promiseOf = ({ promises }: Picture, node: string) => {
  const found = promises.find((promise) => promise.node === node);
  if (found === undefined) throw new Error(`expected a promise of ${node}`);
  return found;
};
export const isWell = (picture: Picture): boolean =>
  picture.workflows.every(({ state }) => state.state === 'good') &&
  picture.vantages.every(({ state }) => state === 'connected');

const summary = (picture: Picture | undefined) =>
  picture && {
    alerts: alertsOf(picture),
    workflows: picture.workflows.map(({ workflow, state }) => `${workflow} ${state.state}`),
    vantages: vantagesOf(picture),
    recording: picture.recording,
    promises: picture.promises.map(({ node, good, bad, unknown }) => ({ node, good, bad, unknown })),
  };

/** An estate of real listeners and the whole program that watches it, as a process of its own. Everything ends with `close`. */
const createStage = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forvarsel-embedded-'));
  const [dataFolder, estateFile] = [join(folder, 'data'), join(folder, 'landscape.json')];
  mkdirSync(dataFolder);
  const historyPath = join(dataFolder, 'history.sqlite');
  const orders = createOrders(join(folder, 'orders'));
  const estate = await createEstate();
  const running: Running[] = [];
  const declare = async (input: LandscapeInput): Promise<Landscape> => {
    writeFileSync(estateFile, JSON.stringify(input));
    const { landscape, findings } = await readLandscape(estateFile);
    if (landscape === null) throw new Error(JSON.stringify(findings));
    return landscape;
  };
  const landscape = await declare(landscapeOf(estate));
  return {
    ...{ folder, dataFolder, historyPath, estate, orders, landscape, declare },
    stands: estate.stands,
    remember: (minutes: number) => rememberGood(historyPath, landscape, { until: orders.wall(), minutes }),
    recall: () => readMemory(historyPath, landscape, orders.wall()),
    /** Starts the program and waits for its address; `wrap` gives the command line that starts it. */
    start: async (wrap = (command: readonly string[]) => command): Promise<Running> => {
      const command = [process.execPath, '--import', meddle, cli, 'start'];
      const options = ['--estate', estateFile, '--data', dataFolder, '--listen', '127.0.0.1:0'];
      const [program = '', ...rest] = wrap([...command, ...options]);
      const env = { ...process.env, LC_ALL: 'C', MEDDLE: join(folder, 'orders'), MEDDLE_VANTAGE: 'north' };
      const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
      const started = await watch(child).catch((error: unknown) => {
        child.kill('SIGKILL');
        throw error;
      });
      running.push(started);
      return started;
    },
    close: async (): Promise<void> => {
      await Promise.all(running.map(({ kill }) => kill('SIGKILL')));
      await estate.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
export type Stage = Awaited<ReturnType<typeof createStage>>;

/** A test that plays on a stage of its own, of which nothing stays. */
export const onStage = (play: (stage: Stage) => Promise<void>) => async (): Promise<void> => {
  const stage = await createStage();
  try {
    await play(stage);
  } finally {
    await stage.close();
  }
};
