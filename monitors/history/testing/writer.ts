import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Batch, HistoryError, type StreamInfo } from '../history.ts';
import { minuteMs } from '../slicer.ts';
import { openHistory } from '../thread.ts';
import { streams, toldAt } from './told.ts';

/**
 * Feeds the real writer as fast as it takes it, from the given minute on: a folder on the way shuts, a day passes in
 * seconds. Says `kept M` only after the commit of minute M resolved, `full` when the disk is, `read` when it still reads.
 */
const [path = '', from = '0'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const history = await openHistory(path);
const started = { stopped: false };
process.stdin.on('end', () => {
  started.stopped = true;
});
process.stdin.resume();
say('open');

const batchOf = (minute: number): Batch => ({
  streams: streams.map(
    (stream): StreamInfo => ({
      stream,
      check: stream,
      vantage: 'v',
      watchedSince: Number(from) * minuteMs,
      provenance: 'measured',
    }),
  ),
  slices: streams.map((stream) => ({ stream, minute, slice: toldAt(stream, minute), provenance: 'measured' })),
  numbers: streams.map((stream) => ({
    stream,
    name: 'duration',
    at: minute * minuteMs + 1,
    value: 1 / (minute + 1),
    provenance: 'measured',
  })),
  events: [{ at: minute * minuteMs, kind: 'minute', who: 'writer', why: 'a test', data: minute }],
  picture: { at: minute * minuteMs, json: JSON.stringify({ minute, more: 'x'.repeat(2000) }) },
});

for (let minute = Number(from); !started.stopped; ) {
  try {
    await history.commit(batchOf(minute));
    say(`kept ${minute}`);
    minute += 1;
    if (minute % 100 === 0) await history.fold(minute * minuteMs);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    say(error.code);
    const day = Math.floor(minute / 1440);
    const planes = await history.planes({ streams, first: day, last: day, asOf: minute });
    if (planes.size === streams.length) say('read');
    await setTimeout(20);
  }
}
await history.close();
say('closed');
// Stays until it is killed, so that whoever watches can look at what it leaves behind.
await setTimeout(60_000);
