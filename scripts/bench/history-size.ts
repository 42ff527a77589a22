import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type NumberAt, type Slice, type SliceAt, slice } from '../../monitors/history/history.ts';
import { openSqlite } from '../../monitors/history/sqlite.ts';

/** How big the memory of 5,000 streams and 30 days is, slices and numbers apart. Run: `node scripts/bench/history-size.ts` */
const [streamCount, dayCount, firstDay] = [5_000, 30, 20_454];
const [minutesPerDay, hoursPerDay] = [1_440, 24];

const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const random = createRandom(1);
const streams = Array.from({ length: streamCount }, (_, index) => `node-${index >> 1}/check@site-${index % 4}`);

/** What a day looks like: the share of minutes in which a stretch that is not good begins. */
const worlds = {
  'ordinary: a stretch of bad or unknown three times a day': { breaks: 3 / minutesPerDay, chaos: false },
  'chaos: each minute at random': { breaks: 0, chaos: true },
} as const;
type World = (typeof worlds)[keyof typeof worlds];

const createLine = ({ breaks, chaos }: World) => {
  let [left, colour]: [number, Slice] = [0, slice.good];
  return (): Slice => {
    const drawn = random();
    if (chaos) return drawn < 1 / 3 ? slice.good : drawn < 2 / 3 ? slice.bad : slice.unknown;
    if (left > 0) left -= 1;
    else if (drawn < breaks) [left, colour] = [Math.floor(random() * 8), random() < 0.5 ? slice.bad : slice.unknown];
    else colour = slice.good;
    return colour;
  };
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(8)} MB`;
const folder = mkdtempSync(join(tmpdir(), 'history-size-'));

/** One day through the front door, folded; the other days are copies of it, so that a minute is enough for a month. */
const fill = async (name: string, feed: (history: ReturnType<typeof openSqlite>, hour: number) => Promise<void>) => {
  const path = join(folder, `${name.replace(/\W/g, '-')}.db`);
  const history = openSqlite(path);
  for (let hour = 0; hour < hoursPerDay; hour += 1) await feed(history, hour);
  await history.fold((firstDay + 1) * minutesPerDay * 60_000);
  await history.close();
  const db = new DatabaseSync(path);
  const columns = { day: 'stream, provenance, slices, good, bad, unknown', number_day: 'series, points' };
  for (let copy = 1; copy < dayCount; copy += 1)
    for (const [table, rest] of Object.entries(columns))
      db.exec(`INSERT INTO ${table} SELECT ${firstDay + copy}, ${rest} FROM ${table} WHERE day = ${firstDay}`);
  db.close();
  const full = openSqlite(path);
  const size = await full.size();
  return { full, size };
};

try {
  console.log(`${streamCount} streams x ${dayCount} days, on disk`);
  for (const [name, world] of Object.entries(worlds)) {
    const lines = streams.map(() => createLine(world));
    const { full, size } = await fill(name, async (history, hour) => {
      const slices: SliceAt[] = [];
      for (const [index, stream] of streams.entries())
        for (let minute = 0; minute < 60; minute += 1) {
          const at = firstDay * minutesPerDay + hour * 60 + minute;
          slices.push({ stream, minute: at, slice: lines[index]?.() ?? slice.good, provenance: 'measured' });
        }
      await history.commit({ slices });
    });
    const began = performance.now();
    const last = firstDay + dayCount - 1;
    const planes = await full.planes({ streams, first: firstDay, last, asOf: (last + 1) * minutesPerDay });
    const days = [...planes.values()].reduce((sum, own) => sum + own.length, 0);
    const took = `${days} days read in ${(performance.now() - began).toFixed(0)} ms`;
    console.log(`slices   ${megabytes(size.slices)}   names ${megabytes(size.other)}   ${name}; ${took}`);
    await full.close();
  }
  for (const [name, everyMs, sample] of [
    ['one duration per 5 minutes', 300_000, streamCount],
    ['one duration per 30 seconds (500 streams, times ten)', 30_000, 500],
  ] as const) {
    const { full, size } = await fill(name, async (history, hour) => {
      const begins = (firstDay * hoursPerDay + hour) * 3_600_000;
      for (let from = 0; from < sample; from += 500) {
        const numbers: NumberAt[] = [];
        for (const stream of streams.slice(from, from + 500))
          for (let offset = 0; offset < 3_600_000; offset += everyMs) {
            const value = 0.02 * Math.exp(random() + random() + random());
            const at = begins + offset + Math.floor(random() * 400);
            numbers.push({ stream, name: 'duration', at, value, provenance: 'measured' });
          }
        await history.commit({ numbers });
      }
    });
    const bytes = size.numbers * (streamCount / sample);
    const each = bytes / (streamCount * dayCount * (86_400_000 / everyMs));
    console.log(`numbers  ${megabytes(bytes)}   ${name}, ${each.toFixed(2)} bytes each`);
    await full.close();
  }
} finally {
  rmSync(folder, { recursive: true });
}
