import type { StreamId } from '../../infra/landscape/model.ts';
import { landscapeFrom } from '../../infra/landscape/stored.ts';
import { type Conflict, checkBatch, dayOf, hourMs, keeps, lateData, minutesIn, spentPictures } from './batch.ts';
import {
  type Batch,
  type Event,
  type History,
  HistoryError,
  minutesPerDay,
  type Provenance,
  type SliceAt,
  type StoredEvent,
  type StreamInfo,
  slice,
} from './history.ts';
import { coarsen, mergePoints } from './numbers.ts';
import { packPlanes, type StreamDays, unpackPlanes } from './planes.ts';
import { minuteMs } from './slicer.ts';
import { type Minutes, packDay, type Since, settle, sliceAt } from './slices.ts';

const provenances: readonly Provenance[] = ['measured', 'simulated'];
type Both<Of> = Record<Provenance, Of>;
type Numbers = Map<number, number>;
type Told = { readonly at: number; readonly text: string };

/** The memory of tests and of a process without a folder: nothing outlives it. */
export const createMemoryHistory = ({ now = Date.now }: { readonly now?: () => number } = {}): History => {
  const days = new Map<StreamId, Both<Map<number, Minutes>>>();
  /** What nobody introduced counts as watched from the first minute told of it. */
  const begun = new Map<string, number>();
  const numbers = new Map<string, Both<Numbers>>();
  const infos = new Map<string, StreamInfo>();
  const transcripts = new Map<string, Told>();
  const events: StoredEvent[] = [];
  const landscapes = new Map<string, string>();
  const validity: { readonly at: number; readonly hash: string }[] = [];
  const pictures = new Map<number, { readonly at: number; readonly json: string; readonly first: boolean }>();
  let closed = false;

  const keepSlice = ({ stream, minute, slice: told, provenance }: SliceAt): Conflict | null => {
    if (told === slice.notYetWatched) return null;
    const own = days.get(stream) ?? { measured: new Map(), simulated: new Map() };
    days.set(stream, own);
    const key = `${provenance} ${stream}`;
    begun.set(key, Math.min(minute, begun.get(key) ?? minute));
    const day = Math.floor(minute / minutesPerDay);
    const minutes = own[provenance].get(day) ?? new Uint8Array(minutesPerDay);
    own[provenance].set(day, minutes);
    const was = sliceAt(minutes, minute % minutesPerDay);
    const kept = settle(was, told);
    minutes[minute % minutesPerDay] = kept;
    const differs = was !== slice.notYetWatched && was !== told && provenance === 'measured';
    return differs ? { stream, minute, was, told, kept } : null;
  };
  const addEvent = (event: Event): void => {
    const data: unknown = JSON.parse(JSON.stringify(event.data ?? null));
    events.push({ ...event, data, id: events.length + 1 });
  };
  const keepPicture = ({ at, json }: { readonly at: number; readonly json: string }): void => {
    const first = ![...pictures.keys()].some((other) => Math.floor(other / hourMs) === Math.floor(at / hourMs));
    if (!pictures.has(at)) pictures.set(at, { at, json, first });
  };
  const keep = (batch: Batch): void => {
    checkBatch(batch);
    for (const info of batch.streams ?? []) {
      const key = `${info.provenance} ${info.stream}`;
      const watchedSince = Math.min(info.watchedSince, infos.get(key)?.watchedSince ?? Number.POSITIVE_INFINITY);
      infos.set(key, { ...info, watchedSince });
    }
    const conflicts = minutesIn(batch)
      .map(keepSlice)
      .filter((conflict) => conflict !== null);
    for (const { stream, name, at, value, provenance } of batch.numbers ?? []) {
      const own = numbers.get(`${stream}#${name}`) ?? { measured: new Map(), simulated: new Map() };
      numbers.set(`${stream}#${name}`, own);
      own[provenance].set(Math.floor(at), value);
    }
    for (const { stream, outcome, at, text } of batch.transcripts ?? [])
      if (at >= (transcripts.get(`${outcome} ${stream}`)?.at ?? 0))
        transcripts.set(`${outcome} ${stream}`, { at, text });
    for (const event of [...(batch.events ?? []), ...lateData(conflicts, now())]) addEvent(event);
    if (batch.picture) keepPicture(batch.picture);
  };

  const sinceOf = (stream: StreamId): Since => {
    const of = (provenance: Provenance): number => {
      const info = infos.get(`${provenance} ${stream}`);
      if (info) return Math.floor(info.watchedSince / minuteMs);
      return begun.get(`${provenance} ${stream}`) ?? Number.POSITIVE_INFINITY;
    };
    return { measured: of('measured'), simulated: of('simulated') };
  };
  const streamDays = (stream: StreamId): StreamDays => {
    const own = days.get(stream) ?? { measured: new Map(), simulated: new Map() };
    const both = [...new Set(provenances.flatMap((provenance) => [...own[provenance].keys()]))];
    const packed = (minutes: Minutes | undefined) => (minutes ? packDay(minutes) : null);
    return {
      stream,
      since: sinceOf(stream),
      days: new Map(
        both.map((day) => [
          day,
          { measured: packed(own.measured.get(day)), simulated: packed(own.simulated.get(day)) },
        ]),
      ),
    };
  };

  const validAt = (at: number) => validity.findLast((one) => one.at <= at);
  const fold = (at: number): void => {
    const [oldest, fine] = [dayOf(at) - keeps.sliceDays, dayOf(at) - keeps.fineNumberDays];
    for (const provenance of provenances) {
      for (const own of days.values())
        for (const day of own[provenance].keys()) if (day < oldest) own[provenance].delete(day);
      for (const own of numbers.values()) {
        const points = mergePoints([...own[provenance]].map(([when, value]) => ({ at: when, value })));
        const old = points.filter((point) => dayOf(point.at) >= oldest && dayOf(point.at) < fine);
        const young = points.filter((point) => dayOf(point.at) >= fine);
        own[provenance] = new Map([...coarsen(old, keeps.bucketMs), ...young].map((point) => [point.at, point.value]));
      }
    }
    for (const spent of spentPictures([...pictures.values()], at)) pictures.delete(spent);
  };

  /** Every answer comes as a promise, a refusal too. */
  const answer = async <Of>(make: () => Of): Promise<Of> => {
    if (closed) throw new HistoryError('closed', 'expected an open history, got one that was closed');
    return make();
  };
  return {
    commit: (batch) => answer(() => keep(batch)),
    planes: ({ streams, ...span }) =>
      answer(() => unpackPlanes(packPlanes([...new Set(streams)].map(streamDays), span))),
    numbers: ({ stream, name, from, to }) =>
      answer(() => {
        const own = numbers.get(`${stream}#${name}`);
        return provenances
          .flatMap((provenance) => [...(own?.[provenance] ?? [])].map(([at, value]) => ({ at, value, provenance })))
          .filter(
            ({ at, provenance }) => at >= from && at <= to && !(provenance === 'simulated' && own?.measured.has(at)),
          )
          .sort((a, b) => a.at - b.at);
      }),
    transcripts: (stream) =>
      answer(() => ({
        good: transcripts.get(`good ${stream}`) ?? null,
        bad: transcripts.get(`bad ${stream}`) ?? null,
      })),
    streams: () => answer(() => [...infos.values()]),
    events: ({ from, to, kind, limit = Number.POSITIVE_INFINITY }) =>
      answer(() => {
        const found = events.filter(
          (event) => event.at >= from && event.at <= to && (kind === undefined || event.kind === kind),
        );
        const ordered = found.sort((a, b) => a.at - b.at || a.id - b.id);
        return ordered.slice(Math.max(0, ordered.length - limit));
      }),
    remember: ({ hash, json, at }) =>
      answer(() => {
        if (validAt(at)?.hash === hash) return;
        landscapes.set(hash, json);
        const kept = validity.filter((one) => one.at !== at);
        validity.splice(0, validity.length, ...[...kept, { at, hash }].sort((a, b) => a.at - b.at));
      }),
    landscapeAt: (at) =>
      answer(() => {
        const valid = validAt(at);
        const json = valid && landscapes.get(valid.hash);
        return json ? { hash: valid.hash, landscape: landscapeFrom(json), validFrom: valid.at } : null;
      }),
    pictureAt: (at) =>
      answer(() => {
        const times = [...pictures.keys()].filter((time) => time <= at);
        const found = pictures.get(Math.max(...times));
        return found ? { at: found.at, json: found.json } : null;
      }),
    fold: (at) => answer(() => fold(at)),
    size: () =>
      answer(() => {
        const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
        const both = <Of>(of: Iterable<Both<Map<number, Of>>>): readonly number[] =>
          [...of].map(({ measured, simulated }) => measured.size + simulated.size);
        const texts = [...landscapes.values(), ...[...pictures.values()].map(({ json }) => json)];
        const told = [...transcripts.values()].map(({ text }) => text);
        return {
          slices: sum(both(days.values())) * minutesPerDay,
          numbers: sum(both(numbers.values())) * 16,
          other: sum([...texts, ...told].map(({ length }) => length)) + JSON.stringify(events).length,
        };
      }),
    close: async () => {
      closed = true;
    },
  };
};
