import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FromProbes } from '../../probes/observation.ts';

/**
 * What an agent has seen, on disk until the hub has fetched it: numbered entries in segments of lines, written in
 * batches that are durable before anyone is told of them. A torn last line is what a kill left, and is cut off.
 */
export type Entry = {
  readonly seq: number;
  /** Which start of the agent saw it: the monotonic times inside are on the clock of that start. */
  readonly boot: string;
  /** `hashAt` of what was probed by then. */
  readonly asked: string;
  /** Wall ms when it was spooled. */
  readonly at: number;
  readonly message: FromProbes;
};

type Segment = {
  readonly file: string;
  readonly first: number;
  last: number;
  readonly from: number;
  to: number;
  bytes: number;
};

const segmentBytes = 4 * 1024 * 1024;
const nameOf = (first: number): string => `spool-${String(first).padStart(15, '0')}.ndjson`;
const namePattern = /^spool-(\d{15})\.ndjson$/;
/** Longest answer to one question, so that neither side holds a day of a hospital in memory. */
const answerBytes = 2 * 1024 * 1024;
const answerEntries = 2_000;
/** The newest are kept in memory, too: a hub that keeps up never makes the disk be read. */
const tailEntries = 500;
const tailBytes = 4 * 1024 * 1024;

const parsed = (line: string): Entry | null => {
  try {
    // Written by this class alone, in this form; whatever else it may be ends the file here.
    const entry = JSON.parse(line) as Entry;
    return Number.isSafeInteger(entry.seq) ? entry : null;
  } catch {
    return null;
  }
};

/** The whole lines of a segment that follow each other; what comes after the first that does not is torn. */
const recovered = (file: string, first: number): { readonly segment: Segment; readonly good: number } => {
  const bytes = readFileSync(file);
  const segment: Segment = { file, first, last: first - 1, from: 0, to: 0, bytes: 0 };
  let good = 0;
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, good)) {
    const entry = parsed(bytes.toString('utf8', good, at));
    if (entry === null || entry.seq !== segment.last + 1) break;
    if (segment.last < first) from = entry.at;
    segment.last = entry.seq;
    segment.to = entry.at;
    good = at + 1;
  }
  return { segment: { ...segment, from, bytes: good }, good };
};

const opened = (folder: string): Segment[] => {
  const names = readdirSync(folder)
    .filter((name) => namePattern.test(name))
    .sort();
  const segments: Segment[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const { segment, good } = recovered(file, Number(namePattern.exec(name)?.[1]));
    if (good < statSync(file).size) {
      const handle = openSync(file, 'r+');
      ftruncateSync(handle, good);
      closeSync(handle);
    }
    if (segment.last >= segment.first) segments.push(segment);
    else rmSync(file);
  }
  return segments;
};

const idOf = (folder: string): string => {
  const file = join(folder, 'id');
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const made = randomUUID();
    writeFileSync(file, made, { mode: 0o600 });
    return made;
  }
};

export type SpoolOptions = {
  readonly folder: string;
  readonly boot: string;
  readonly asked: string;
  readonly wall?: () => number;
  /** The oldest segments go when all together are larger; what the hub had not fetched is then lost, and told. */
  readonly limitBytes?: number;
};
export type Portion = {
  /** Of this row of numbers: a spool that was begun anew counts from one again. */
  readonly spool: string;
  readonly entries: readonly Entry[];
  /** The oldest that is still here; a hub that asks for what lies before it has lost something. */
  readonly first: number;
  readonly last: number;
};

/** Throws the errors of the file system: an agent that cannot spool must not look as if it did. */
export const createSpool = ({
  folder,
  boot,
  asked: scope,
  wall = Date.now,
  limitBytes = 512 * 1024 * 1024,
}: SpoolOptions) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const spool = idOf(folder);
  const segments = opened(folder);
  let next = (segments.at(-1)?.last ?? 0) + 1;
  let handle: number | null = null;
  let closed = false;
  let tail: readonly Entry[] = [];

  const begin = (at: number): Segment => {
    if (handle !== null) closeSync(handle);
    const segment: Segment = {
      file: join(folder, nameOf(next)),
      first: next,
      last: next - 1,
      from: at,
      to: at,
      bytes: 0,
    };
    // Appending: after a failed write the next begins where the file ends.
    handle = openSync(segment.file, 'ax', 0o600);
    segments.push(segment);
    while (segments.length > 1 && segments.reduce((sum, { bytes }) => sum + bytes, 0) > limitBytes) {
      const oldest = segments.shift();
      if (oldest !== undefined) rmSync(oldest.file, { force: true });
    }
    return segment;
  };
  /** From a seq, or from a wall time: the first entry of the segment in which it lies, or later. */
  const startOf = (asked: { readonly after: number } | { readonly from: number }): number => {
    if ('after' in asked) return asked.after + 1;
    return segments.find(({ to }) => to >= asked.from)?.first ?? next;
  };

  return {
    /** Durable when it returns. */
    append: (messages: readonly FromProbes[]): void => {
      if (messages.length === 0 || closed) return;
      const at = wall();
      let segment = segments.at(-1);
      if (handle === null || segment === undefined || segment.bytes > segmentBytes) segment = begin(at);
      const entries = messages.map((message, index): Entry => ({ seq: next + index, boot, asked: scope, at, message }));
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      const bytes = Buffer.from(text);
      const file = handle ?? 0;
      try {
        for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        fdatasyncSync(file);
      } catch (error) {
        // Half a batch would be what a kill leaves, and what is written behind it would be cut off with it.
        ftruncateSync(file, segment.bytes);
        throw error;
      }
      segment.bytes += bytes.length;
      next += entries.length;
      segment.last = next - 1;
      segment.to = at;
      // A batch of many bytes is read from the disk again, once.
      tail = bytes.length > tailBytes / 8 ? [] : [...tail, ...entries].slice(-tailEntries);
    },
    /** What follows, in order, as much as one answer may hold. */
    read: (asked: { readonly after: number } | { readonly from: number }): Portion => {
      const ends = { spool, first: segments[0]?.first ?? next, last: next - 1 };
      const start = Math.max(startOf(asked), ends.first);
      const kept = tail[0];
      if (start >= next || (kept !== undefined && kept.seq <= start))
        return { entries: tail.filter(({ seq }) => seq >= start), ...ends };
      const entries: Entry[] = [];
      let size = 0;
      for (const segment of segments) {
        if (segment.last < start) continue;
        for (const line of readFileSync(segment.file, 'utf8').split('\n')) {
          const entry = line === '' ? null : parsed(line);
          if (entry === null || entry.seq < start || entry.seq > segment.last) continue;
          entries.push(entry);
          size += line.length;
          if (size > answerBytes || entries.length >= answerEntries) return { entries, ...ends };
        }
      }
      return { entries, ...ends };
    },
    bytes: (): number => segments.reduce((sum, segment) => sum + segment.bytes, 0),
    close: (): void => {
      closed = true;
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
};
export type Spool = ReturnType<typeof createSpool>;
