import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { Landscape } from '../../infra/landscape/model.ts';
import { HistoryError } from '../../monitors/history/history.ts';
import { openHistory } from '../../monitors/history/thread.ts';
import type { Picture } from '../../monitors/picture.ts';
import { exitCodes, Stop } from './exit.ts';
import type { Voice } from './output.ts';
import type { Options } from './program.ts';

/** What a running process writes beside its memory, so that others find its console. */
export const runningFile = 'running.json';
export const historyFile = 'history.sqlite';
/** A picture older than this is not of now. */
const staleMs = 15_000;

export type Told = {
  readonly picture: Picture;
  readonly landscape: Landscape;
  /** Ms between the moment asked for and the picture's. */
  readonly age: number;
  readonly stale: boolean;
  readonly from: string;
};

const timeOf = (text: string, zone: string): number => {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    try {
      return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
    } catch {
      throw new Stop(exitCodes.usage, `expected a time such as 2026-03-01T03:10, got ${text}`);
    }
  }
};

const fromConsole = async (url: string, at: number | null): Promise<{ picture: Picture; landscape: Landscape }> => {
  const ask = async (path: string): Promise<unknown> => {
    const { statusCode, body } = await request(new URL(path, url), { headersTimeout: 5_000, bodyTimeout: 15_000 });
    if (statusCode === 404 || statusCode === 503)
      throw new Stop(exitCodes.unreachable, `${url} has no picture ${at === null ? 'yet' : 'of that time'}`);
    if (statusCode !== 200) throw new Stop(exitCodes.unreachable, `${url} answered ${statusCode}`);
    return body.json();
  };
  const query = at === null ? '' : `?at=${at}`;
  // The console is this program itself: what it serves under these two paths has these types.
  return {
    picture: (await ask(`/api/picture${query}`)) as Picture,
    landscape: (await ask(`/api/landscape${query}`)) as Landscape,
  };
};

const fromFolder = async (folder: string, at: number): Promise<{ picture: Picture; landscape: Landscape }> => {
  const file = join(folder, historyFile);
  if (!existsSync(file)) throw new Stop(exitCodes.unreachable, `${folder} holds no ${historyFile}`);
  const history = await openHistory(file).catch((error: unknown) => {
    const words = error instanceof HistoryError ? error.message : String(error);
    throw new Stop(exitCodes.unreachable, words, { cause: error });
  });
  try {
    const [stored, valid] = await Promise.all([history.pictureAt(at), history.landscapeAt(at)]);
    if (stored === null || valid === null)
      throw new Stop(exitCodes.unreachable, `${file} remembers nothing of ${new Date(at).toISOString()}`);
    // Stored by this program as a Picture; the file's version is checked when it is opened.
    return { picture: JSON.parse(stored.json) as Picture, landscape: valid.landscape };
  } finally {
    await history.close();
  }
};

const runningAt = (folder: string): string | null => {
  try {
    const { url }: { url?: unknown } = JSON.parse(readFileSync(join(folder, runningFile), 'utf8'));
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
};

/** The picture of now or of a past moment: from a running console, else from the data folder. Old is said, never hidden. */
export const findPicture = async (voice: Voice, options: Options): Promise<Told> => {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null);
  const asked = text('at');
  const folder = text('data');
  const at = asked === null ? null : timeOf(asked, Temporal.Now.timeZoneId());
  const told = (found: { picture: Picture; landscape: Landscape }, from: string): Told => {
    const age = (at ?? Date.now()) - found.picture.at;
    return { ...found, from, age, stale: Math.abs(age) > (at === null ? staleMs : 120_000) };
  };
  const url = text('url') ?? (folder === null ? 'http://127.0.0.1:9640' : runningAt(folder));
  if (url !== null) {
    try {
      return told(await fromConsole(url, at), url);
    } catch (error) {
      if (error instanceof Stop) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (folder === null)
        throw new Stop(
          exitCodes.unreachable,
          `${url} does not answer (${why}): start it with npm start, or name a folder with --data`,
        );
      voice.err(`forvarsel: ${url} does not answer; reading ${folder}`);
    }
  }
  return told(await fromFolder(folder ?? '.', at ?? Date.now()), folder ?? '.');
};
