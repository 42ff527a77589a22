import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Landscape, Text } from '../../infra/landscape/model.ts';
import { HistoryError, type HistoryErrorCode } from '../../monitors/history/history.ts';
import { openHistory } from '../../monitors/history/thread.ts';
import type { Picture } from '../../monitors/picture.ts';
import { pictureFrom } from '../../monitors/stored.ts';
import { exitCodes, Stop } from './exit.ts';
import { note, say, type Voice } from './output.ts';
import type { Options } from './program.ts';

/** What a running process writes beside its memory, so that others find its console. */
export const runningFile = 'running.json';
export const historyFile = 'history.sqlite';
const defaultUrl = 'http://127.0.0.1:9640';
/** A picture older than this is not of now; of a past moment one is kept a minute. */
const staleMs = { now: 15_000, past: 120_000 } as const;
/** A console that has not said all by then does not answer. */
const answerMs = 10_000;

export type Told = {
  readonly picture: Picture;
  readonly landscape: Landscape;
  /** Ms between the moment asked for and the picture's; negative: the picture is of a later one. */
  readonly age: number;
  readonly stale: boolean;
  readonly from: string;
};
type Found = Pick<Told, 'picture' | 'landscape'>;

const stop = (voice: Voice, code: 'usage' | 'unreachable', text: Text, cause?: unknown): Stop =>
  new Stop(exitCodes[code], say(voice, text), { cause });

const timeOf = (voice: Voice, text: string, zone: string): number => {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    try {
      return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
    } catch {
      throw stop(voice, 'usage', {
        en: `expected a time such as 2026-03-01T03:10, got ${text}`,
        da: `forventede et tidspunkt som 2026-03-01T03:10, fik ${text}`,
      });
    }
  }
};

const urlOf = (voice: Voice, text: string): string => {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw stop(voice, 'usage', {
    en: `expected an address such as ${defaultUrl}, got ${text}`,
    da: `forventede en adresse som ${defaultUrl}, fik ${text}`,
  });
};

const has = (value: unknown, ...keys: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && keys.every((key) => Object.hasOwn(value, key));

const fromConsole = async (voice: Voice, url: string, at: number | null): Promise<Found> => {
  const ask = async (path: string, ...keys: readonly string[]): Promise<unknown> => {
    const answered = await fetch(new URL(path, url), { redirect: 'manual', signal: AbortSignal.timeout(answerMs) });
    const { status } = answered;
    const text = await answered.text();
    if (status === 503 || (status === 404 && text.includes('no picture')))
      throw stop(voice, 'unreachable', {
        en: `${url} has no picture ${at === null ? 'yet' : 'of that time'}`,
        da: at === null ? `${url} har intet billede endnu` : `${url} har intet billede fra den tid`,
      });
    const answer: unknown = status === 200 && text.startsWith('{') ? JSON.parse(text) : null;
    if (has(answer, ...keys)) return answer;
    throw stop(voice, 'unreachable', {
      en: `${url} answers (${status}), but not as a console of Forvarsel`,
      da: `${url} svarer (${status}), men ikke som Forvarsels konsol`,
    });
  };
  // The console is this program itself: what it serves under these two paths has these types.
  const picture = (await ask(`/api/picture${at === null ? '' : `?at=${at}`}`, 'at', 'nodes', 'workflows')) as Picture;
  const query = at === null ? '' : `?at=${picture.at}`;
  return { picture, landscape: (await ask(`/api/landscape${query}`, 'nodes', 'checks')) as Landscape };
};

const refusals: Readonly<Record<HistoryErrorCode, (file: string) => string>> = {
  corrupt: (file) => `${file} er beskadiget og står, som den er: flyt den væk, og læg en kopi tilbage`,
  foreign: (file) => `${file} er ikke vores historik og står, som den er`,
  busy: (file) => `${file} er i brug af en anden, hvis konsol ikke svarer: stop den først`,
  full: (file) => `${file}: disken er fuld`,
  closed: (file) => `${file} er lukket`,
  failed: (file) => `${file} kunne ikke læses`,
};

const fromFolder = async (voice: Voice, folder: string, at: number): Promise<Found> => {
  const file = join(folder, historyFile);
  if (!existsSync(file))
    throw stop(voice, 'unreachable', {
      en: `${folder} holds no ${historyFile}`,
      da: `der er ingen ${historyFile} i ${folder}`,
    });
  const history = await openHistory(file).catch((error: unknown) => {
    if (!(error instanceof HistoryError)) throw error;
    const code = error.code === 'corrupt' || error.code === 'foreign' ? 'usage' : 'unreachable';
    throw stop(voice, code, { en: error.message, da: `${refusals[error.code](file)} (${error.message})` }, error);
  });
  try {
    const stored = await history.pictureAt(at);
    const valid = stored === null ? null : await history.landscapeAt(stored.at);
    if (stored === null || valid === null) {
      const when = new Date(at).toISOString();
      throw stop(voice, 'unreachable', {
        en: `${file} remembers nothing of ${when}`,
        da: `${file} husker intet fra ${when}`,
      });
    }
    return { picture: pictureFrom(stored.json), landscape: valid.landscape };
  } finally {
    await history.close();
  }
};

const alive = (pid: unknown): boolean => {
  try {
    return typeof pid === 'number' && process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** The console of whoever writes in a folder. One that was killed leaves its note; its port may be another's by now. */
export const runningAt = (folder: string): string | null => {
  try {
    const { url, pid }: { url?: unknown; pid?: unknown } = JSON.parse(readFileSync(join(folder, runningFile), 'utf8'));
    return typeof url === 'string' && alive(pid) ? url : null;
  } catch {
    return null;
  }
};

/** `fetch` hides in a cause what failed, and for several addresses in the first of its errors. */
const whyOf = (error: unknown): string => {
  if (error instanceof AggregateError) return whyOf(error.errors[0] ?? error.message);
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? whyOf(error.cause) : error.message;
};

/** The picture of now or of a past moment: from a running console, else from the data folder. Old is said, never hidden. */
export const findPicture = async (voice: Voice, options: Options): Promise<Told> => {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null);
  const asked = text('at');
  const folder = text('data');
  const at = asked === null ? null : timeOf(voice, asked, Temporal.Now.timeZoneId());
  const told = (found: Found, from: string): Told => {
    const age = (at ?? Date.now()) - found.picture.at;
    return { ...found, from, age, stale: Math.abs(age) > (at === null ? staleMs.now : staleMs.past) };
  };
  const named = text('url');
  const url = named === null ? (folder === null ? defaultUrl : runningAt(folder)) : urlOf(voice, named);
  if (url === null) return told(await fromFolder(voice, folder ?? '.', at ?? Date.now()), folder ?? '.');
  try {
    return told(await fromConsole(voice, url, at), url);
  } catch (error) {
    if (error instanceof Stop) throw error;
    const why = whyOf(error);
    if (folder === null)
      throw stop(
        voice,
        'unreachable',
        {
          en: `${url} does not answer (${why}): start it with npm start, or name a folder with --data`,
          da: `${url} svarer ikke (${why}): start den med npm start, eller nævn en mappe med --data`,
        },
        error,
      );
    note(
      voice,
      say(voice, { en: `${url} does not answer; reading ${folder}`, da: `${url} svarer ikke; læser ${folder}` }),
    );
    return told(await fromFolder(voice, folder, at ?? Date.now()), folder);
  }
};
