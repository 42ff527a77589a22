import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashAt } from '../../infra/landscape/hash.ts';
import type { Landscape, VantageId } from '../../infra/landscape/model.ts';
import { monotonic } from '../../probes/clock.ts';
import type { FromProbes } from '../../probes/observation.ts';
import { createSeries } from '../../probes/series/series.ts';
import { readAims, readSecrets, readTrust } from '../../probes/targets.ts';
import { startProbes } from '../../probes/workers.ts';
import { AgentError, type Guarding, plainPage, serveAgent } from './serve.ts';
import { createSpool, type Spool } from './spool.ts';
import { type Spooled, spoolPath } from './wire.ts';

const spoolEveryMs = 500;
/** Kept in memory while the disk takes nothing; more would end the program, and then nothing is seen at all. */
const mostWaiting = 20_000;
const staleMs = 10_000;

export type AgentOptions = {
  readonly landscape: Landscape;
  readonly folder: string;
  readonly vantage: VantageId;
  readonly dataFolder: string;
  readonly guarding: Guarding;
  readonly tell: (line: string) => void;
};
export type RunningAgent = { readonly url: string; readonly stop: () => Promise<void> };

/** What waits for the disk: in order, and the oldest is dropped where it is too much. Whatever is dropped was never acknowledged. */
const createWriter = (spool: Spool, tell: (line: string) => void) => {
  let waiting: FromProbes[] = [];
  let failing = false;
  let dropped = 0;
  const write = (): void => {
    const batch = waiting;
    try {
      spool.append(batch);
      waiting = [];
      if (failing) tell(`the spool is written again${dropped > 0 ? `; ${dropped} messages are lost` : ''}`);
      failing = false;
      dropped = 0;
    } catch (error) {
      if (!failing) tell(`the spool cannot be written: ${error instanceof Error ? error.message : String(error)}`);
      failing = true;
    }
  };
  return {
    take: (message: FromProbes): void => {
      // Health is of the moment; nobody needs it later.
      if (message.type === 'health') return;
      waiting.push(message);
      if (waiting.length <= mostWaiting) return;
      waiting.shift();
      dropped += 1;
    },
    write,
    failing: () => failing,
  };
};

const numberOf = (text: string | null): number | null =>
  text !== null && /^\d{1,16}$/.test(text) ? Number(text) : null;

/** `GET /spool?after=SEQ` or `?from=WALL`. */
const spooled =
  (spool: Spool, of: Omit<Spooled, keyof ReturnType<Spool['read']> | 'now'>) => (query: URLSearchParams) => {
    const [after, from] = [numberOf(query.get('after')), numberOf(query.get('from'))];
    if (after === null && from === null) return plainPage(400, 'expected after=SEQ or from=MILLISECONDS\n');
    const portion = spool.read(after === null ? { from: from ?? 0 } : { after });
    const body: Spooled = { ...of, ...portion, now: { wall: Date.now(), mono: monotonic() } };
    return { status: 200, type: 'application/json', text: JSON.stringify(body) };
  };

/** Probes from one vantage, at the vantage: what it sees is spooled to disk and given to the hub that asks. */
export const startAgent = async (options: AgentOptions): Promise<RunningAgent> => {
  const { landscape, vantage, dataFolder, tell } = options;
  if (landscape.vantages[vantage] === undefined)
    throw new AgentError(
      'usage',
      `no vantage is called ${vantage}; expected ${Object.keys(landscape.vantages).join(', ')}`,
    );
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const boot = randomUUID();
  const spool = createSpool({ folder: join(dataFolder, 'spool'), boot, asked: hashAt(landscape, vantage) });
  const writer = createWriter(spool, tell);
  const { aims, problems } = readAims(landscape, options.folder);
  const { secrets, problems: unread } = readSecrets(landscape, options.folder);
  const { trust, problems: untrusted } = readTrust(landscape, options.folder);
  const mine = new Set(
    Object.values(landscape.checks).flatMap(({ id, vantages }) => (vantages.includes(vantage) ? [id] : [])),
  );
  for (const { check, message } of [...problems, ...unread]) if (mine.has(check)) tell(message);
  for (const { message } of untrusted) tell(message);
  // Nothing is judged here: the page is rendered beside the spool, and the probes have their own thread.
  const series = createSeries(landscape);
  let heard = monotonic();
  const stale = (): boolean => monotonic() - heard > staleMs || writer.failing();
  const serving = await serveAgent(options.guarding, {
    [spoolPath]: spooled(spool, { vantage, boot }),
    '/metrics': () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      text: series.page(),
    }),
    '/-/healthy': () => plainPage(200, 'healthy\n'),
    '/-/ready': () =>
      stale() ? plainPage(503, 'the probes are silent, or the spool is not written\n') : plainPage(200, 'ready\n'),
  }).catch((error: unknown) => {
    spool.close();
    throw error;
  });
  const probes = startProbes(
    { landscape, aims, trust, secrets, vantages: [vantage], workers: 1 },
    {
      message: (message) => {
        heard = monotonic();
        writer.take(message);
        series.take(message);
      },
      died: (_, error) => tell(`the probes died and are started anew: ${String(error)}`),
    },
  );
  const timer = setInterval(writer.write, spoolEveryMs);
  return {
    url: serving.url,
    stop: async () => {
      clearInterval(timer);
      await probes.stop();
      writer.write();
      await serving.close();
      spool.close();
    },
  };
};
