import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { CheckId, Landscape } from '../../infra/landscape/model.ts';
import { createHeartbeats, type Remembered, type Said } from '../../probes/heartbeats.ts';
import type { Heartbeat, Secrets } from '../../probes/observation.ts';
import type { Reports } from '../console/push.ts';

const fileName = 'heartbeats.json';
/** A third of the shortest gap in listening: what is written last is young enough to tell whether there was one. */
const writeEveryMs = 20_000;

const remembered: z.ZodType<Remembered> = z.object({
  until: z.number(),
  jobs: z.record(
    z.string(),
    z.object({
      since: z.number(),
      last: z
        .object({
          at: z.number(),
          status: z.enum(['ok', 'failed']),
          durationMs: z.number().exactOptional(),
          message: z.string().exactOptional(),
          numbers: z.record(z.string(), z.number()).exactOptional(),
        })
        .nullable(),
    }),
  ),
});

const readFrom = (file: string, tell: (line: string) => void): Remembered | null => {
  try {
    return remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!absent) tell(`what jobs had reported cannot be read, and is forgotten: ${file}`);
    return null;
  }
};

/** The old file or the new one, whatever happens meanwhile; durable when it resolves. */
const replace = async (file: string, text: string): Promise<void> => {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/** One write at a time; whoever asks while one is going on shares the next. */
const createWriter = (write: () => Promise<void>) => {
  let going: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return (): Promise<void> => {
    next ??= going
      .catch(() => undefined)
      .then(() => {
        next = null;
        going = write();
        return going;
      });
    return next;
  };
};

const moment = () => ({ wall: Date.now(), mono: Number(process.hrtime.bigint()) / 1e6 });

/** What jobs report: taken, told to the threads, and durable before it is acknowledged. */
export const openHeartbeats = (of: {
  readonly landscape: Landscape;
  readonly secrets: Secrets;
  readonly dataFolder: string;
  readonly tell: (line: string) => void;
}) => {
  const file = join(of.dataFolder, fileName);
  const store = createHeartbeats(of.landscape, {
    secrets: of.secrets,
    remembered: readFrom(file, of.tell),
    now: moment(),
  });
  let publish = (_check: CheckId, _heartbeat: Heartbeat): void => undefined;
  let trouble = '';
  const write = createWriter(() => replace(file, JSON.stringify(store.remember(moment()))));
  const writing = async (): Promise<boolean> => {
    try {
      await write();
      trouble = '';
      return true;
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      if (said !== trouble) of.tell(`what jobs report cannot be remembered: ${said}`);
      trouble = said;
      return false;
    }
  };
  const timer = store.jobs.length === 0 ? undefined : setInterval(() => void writing(), writeEveryMs);
  if (store.jobs.length > 0) void writing();
  const reports: Reports = {
    knock: (check, token) => store.knock(check, token, moment().mono),
    undeclared: store.undeclared,
    take: async (check: CheckId, said: Said) => {
      // What was heard is true, also when it cannot be remembered; only then it is not acknowledged.
      publish(check, store.take(check, said, moment()));
      return await writing();
    },
  };
  return {
    reports,
    known: store.known,
    of: store.of,
    tellTo: (listener: typeof publish): void => {
      publish = listener;
    },
    close: async (): Promise<void> => {
      clearInterval(timer);
      if (store.jobs.length > 0) await writing();
    },
  };
};
