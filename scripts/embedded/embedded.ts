import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { hashOf } from '../../infra/landscape/hash.ts';
import { type Landscape, type NodeId, type StreamId, streamOf } from '../../infra/landscape/model.ts';
import { calendarOf, exclusionKind } from '../../monitors/exclusions.ts';
import { createMonitorExporter } from '../../monitors/exporter.ts';
import { keeps } from '../../monitors/history/batch.ts';
import { type Batch, type History, minutesPerDay, type StreamInfo } from '../../monitors/history/history.ts';
import { minuteMs } from '../../monitors/history/slicer.ts';
import { openHistory } from '../../monitors/history/thread.ts';
import { createMonitor } from '../../monitors/monitor.ts';
import type { Moment, Picture } from '../../monitors/picture.ts';
import { lastPicture } from '../../monitors/resume.ts';
import { type Accounts, createAccounts } from '../../monitors/slo/account.ts';
import { pictureFrom } from '../../monitors/stored.ts';
import { createProbeExporter } from '../../probes/exporter.ts';
import type { FromProbes } from '../../probes/observation.ts';
import { startSeries } from '../../probes/series/thread.ts';
import { readAims, readSecrets, readTrust } from '../../probes/targets.ts';
import { startProbes } from '../../probes/workers.ts';
import { historyFile, runningFile } from '../commands/picture.ts';
import { serveConsole } from '../console/server.ts';
import type { ConsoleSource, Story } from '../console/source.ts';
import { startAgents } from './agents.ts';
import { createCursors } from './cursors.ts';
import { openHeartbeats } from './heartbeats.ts';

const tickMs = 1_000;
const foldMs = 600_000;
const dayMs = minutesPerDay * minuteMs;

export type Embedded = {
  readonly url: string;
  readonly picture: () => Picture | null;
  readonly subscribe: (listener: (picture: Picture) => void) => () => void;
  /** What the probes tell, as it comes; gives the way to stop. */
  readonly onMessage: (listener: (message: FromProbes) => void) => () => void;
  /** Minutes that were simulated go the same way to the same memory, and into the same accounts. */
  readonly remember: (batch: Batch) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type EmbeddedOptions = {
  readonly landscape: Landscape;
  /** The landscape's own folder: targets that are files are looked for there. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly listen: string;
  readonly story?: () => Story | null;
  /** Told what a person should know: a worker that died, a target that could not be read. */
  readonly tell: (line: string) => void;
};

const moment = (): Moment => ({ wall: Date.now(), mono: Number(process.hrtime.bigint()) / 1e6 });

/** What the memory holds of the landscape's streams, for as far back as any promise looks. */
const recall = async (history: History, accounts: Accounts, landscape: Landscape, now: number): Promise<void> => {
  const streams = Object.values(landscape.checks).flatMap((check) =>
    check.judges ? check.vantages.map((vantage) => streamOf(check.id, vantage)) : [],
  );
  const last = Math.floor(now / dayMs);
  const first = Math.floor((now - accounts.reach * minuteMs) / dayMs);
  // In portions: a month of a large estate at once would hold up everything else in the memory's thread.
  const portion = 200;
  for (let index = 0; index < streams.length; index += portion) {
    const planes = await history.planes({
      streams: streams.slice(index, index + portion),
      first,
      last,
      asOf: Math.floor(now / minuteMs),
    });
    for (const [stream, days] of planes) accounts.load(stream, days);
  }
  const [from, fine] = [first * dayMs, last - keeps.fineNumberDays];
  for (const { stream, name } of accounts.wanted)
    accounts.measure(stream, name, await history.numbers({ stream, name, from, to: now }), (day) => day <= fine);
};

const createConsoleSource = (
  of: Pick<EmbeddedOptions, 'landscape' | 'story'> & {
    readonly history: History;
    readonly accounts: Accounts;
    readonly picture: () => Picture | null;
    readonly subscribe: (listener: () => void) => () => void;
    readonly metrics: () => Promise<string>;
    readonly probe: ConsoleSource['probe'];
    readonly reports: NonNullable<ConsoleSource['reports']>;
  },
): ConsoleSource => ({
  landscape: of.landscape,
  picture: of.picture,
  subscribe: of.subscribe,
  nodeDays: async (node: NodeId, days: number) => {
    const today = Math.floor(Date.now() / dayMs);
    return Array.from({ length: days }, (_, index) => of.accounts.nodeDay(node, today - days + 1 + index));
  },
  numbers: (wanted) => of.history.numbers(wanted),
  transcripts: (stream: StreamId) => of.history.transcripts(stream),
  events: async (limit) =>
    (await of.history.events({ from: Date.now() - 35 * dayMs, to: Date.now() + minuteMs, limit })).toReversed(),
  pictureAt: (at) => of.history.pictureAt(at),
  landscapeAt: (at) => of.history.landscapeAt(at),
  story: () => of.story?.() ?? null,
  metrics: of.metrics,
  probe: of.probe,
  reports: of.reports,
  now: () => Date.now(),
});

/** What others find a running process by. */
const announce = (dataFolder: string, url: string): (() => void) => {
  const file = join(dataFolder, runningFile);
  writeFileSync(file, JSON.stringify({ url, pid: process.pid }));
  return () => rmSync(file, { force: true });
};

/**
 * The whole of Forvarsel in one process: probes and memory in threads of their own, judge and console here. Rejects with
 * the errors of the memory and the console (a foreign file, an unsafe address) before anything is probed.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const { landscape, dataFolder, tell } = options;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const { hash, json } = hashOf(landscape);
  const history = await openHistory(join(dataFolder, historyFile));
  const undo: (() => Promise<void> | void)[] = [() => history.close()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const started = moment();
    await history.remember({ hash, json, at: started.wall });
    const excluded = await history.events({ from: 0, to: started.wall, kind: exclusionKind });
    const accounts = createAccounts(landscape, calendarOf(landscape, excluded));
    await recall(history, accounts, landscape, started.wall);
    const stored = await Promise.all([started.wall, Number.MAX_SAFE_INTEGER].map((at) => history.pictureAt(at)));
    const [atNow = null, newest = null] = stored.map((one) => one && pictureFrom(one.json));
    const before = lastPicture(atNow, newest);
    const known: readonly StreamInfo[] = await history.streams();
    const cursors = createCursors(landscape, dataFolder, Date.now);
    undo.push(() => cursors.close());
    const monitor = createMonitor({
      landscape,
      hash,
      history,
      accounts,
      now: moment,
      before,
      known,
      toldFrom: (vantage) => {
        const next = cursors.next(vantage);
        return next === null ? null : next * minuteMs;
      },
      committed: cursors.committed,
    });
    undo.push(async () => void (await monitor.finish()));

    let picture: Picture | null = null;
    let collected = (): string => '';
    const told = new Set<(message: FromProbes) => void>();
    const listeners = new Set<(picture: Picture) => void>();
    const subscribe = (listener: (picture: Picture) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
    const judged = createMonitorExporter(landscape);
    const { aims, problems } = readAims(landscape, options.folder);
    for (const { message } of problems) tell(message);
    const { trust, problems: untrusted } = readTrust(landscape, options.folder);
    for (const { message } of untrusted) tell(message);
    const { secrets, problems: unread } = readSecrets(landscape, options.folder);
    for (const { message } of unread) tell(message);
    const heartbeats = openHeartbeats({ landscape, secrets, dataFolder, tell });
    undo.push(() => heartbeats.close());
    const probed = createProbeExporter(landscape, { aims, trust, secrets, heartbeat: heartbeats.of });
    const series = startSeries(landscape);
    undo.push(() => series.stop());

    const serving = await serveConsole(
      createConsoleSource({
        ...options,
        history,
        accounts,
        picture: () => picture,
        subscribe: (listener) => subscribe(() => listener()),
        metrics: async () => `${await series.page()}\n${await judged.metrics()}\n${collected()}`,
        probe: (params) => probed.probe(params),
        reports: heartbeats.reports,
      }),
      { listen: options.listen, complain: (error) => tell(String(error)) },
    );
    undo.push(() => serving.close(), announce(dataFolder, serving.url));

    const take = (message: FromProbes): void => {
      monitor.take(message);
      for (const listener of told) listener(message);
      series.take(message);
    };
    const here = Object.values(landscape.vantages).flatMap(({ id, agent }) => (agent === null ? [id] : []));
    const probes = startProbes(
      { landscape, aims, trust, secrets, vantages: here, heartbeats: heartbeats.known },
      {
        message: take,
        died: (vantages, error) =>
          tell(`the probes of ${vantages.join(', ')} died and are started anew: ${String(error)}`),
      },
    );
    undo.push(() => probes.stop());
    heartbeats.tellTo(probes.reportHeartbeat);

    const tick = (): void => {
      const now = monitor.tick();
      picture = now;
      judged.show(now);
      for (const listener of listeners) listener(now);
    };
    const ticking = setInterval(tick, tickMs);
    const settle = (): Promise<void> => {
      tick();
      return new Promise((resolve) => setImmediate(resolve));
    };
    const agents = startAgents({ landscape, folder: options.folder, cursors, history, take, settle, tell });
    collected = agents.metrics;
    undo.push(() => agents.stop());
    let lastFold = started;
    const fold = (): void => {
      const [at, before] = [moment(), lastFold];
      lastFold = at;
      // Folding forgets what is past its time: a clock that has just stepped must not decide what that is, nor one that
      // claims to have slept for a month, until it has held for a day.
      const stepped = Math.abs(at.wall - before.wall - (at.mono - before.mono)) > minuteMs;
      const slept = started.wall - (newest?.at ?? started.wall) > 30 * dayMs;
      if (stepped || (slept && at.mono - started.mono < dayMs)) {
        tell('the clock has stepped: nothing is folded or forgotten now');
        return;
      }
      accounts.drop(Math.floor((at.wall - accounts.reach * minuteMs) / dayMs) - 1);
      void history.fold(at.wall).catch((error: unknown) => tell(String(error)));
    };
    const folding = setInterval(fold, foldMs);
    undo.push(() => {
      clearInterval(ticking);
      clearInterval(folding);
    });
    tick();
    return {
      url: serving.url,
      picture: () => picture,
      subscribe,
      onMessage: (listener) => {
        told.add(listener);
        return () => void told.delete(listener);
      },
      remember: async (batch) => {
        await history.commit(batch);
        if (batch.slices !== undefined) accounts.add(batch.slices);
        for (const { stream, planes } of batch.days ?? []) accounts.load(stream, [planes]);
        for (const one of batch.numbers ?? []) accounts.measure(one.stream, one.name, [one]);
        monitor.recount();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Where an estate is remembered when nobody says: a name to recognise, and of the whole path, so that no two share one. */
export const defaultDataFolder = (estate: string): string => {
  const path = resolve(estate);
  const name = basename(path)
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replaceAll(/^-|-$/g, '');
  return join('.forvarsel', `${name}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`);
};
