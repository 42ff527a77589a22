import { rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import { HistoryError, minutesPerDay } from '../../monitors/history/history.ts';
import type { Picture } from '../../monitors/picture.ts';
import { lasting, listed } from '../../monitors/words.ts';
import { planOf } from '../../probes/plan.ts';
import { ConsoleError } from '../console/security.ts';
import type { Story } from '../console/source.ts';
import type { Tried } from '../demo/clinician.ts';
import { type Demo, startDemo } from '../demo/demo-thread.ts';
import { type StoryName, stories, storyNames } from '../demo/stories.ts';
import { moveToLoopback } from '../demo/transform.ts';
import { createChanges } from '../embedded/changes.ts';
import { defaultDataFolder, type Embedded, startEmbedded } from '../embedded/embedded.ts';
import { exitCodes, Stop } from './exit.ts';
import { type Tone, toned, type Voice } from './output.ts';
import type { Options, Run } from './program.ts';
import { readOrStop } from './validate.ts';

const reference = fileURLToPath(new URL('../../stacks/region', import.meta.url));
const dayMs = minutesPerDay * 60_000;

/** One line of what happens, with the time of day in front. */
const createTeller = (voice: Voice, zone: string) => (tone: Tone, what: string, text: string) => {
  const time = Temporal.Now.zonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'second' });
  voice.out(`${toned(voice, 'dim', time)}  ${toned(voice, tone, what.padEnd(11))} ${text}`);
};
type Tell = ReturnType<typeof createTeller>;

const textOf = (options: Options, name: string): string | null =>
  typeof options[name] === 'string' ? options[name] : null;

/** Errors of the memory and of the console that a person can act on. */
const explained = (error: unknown): unknown => {
  if (error instanceof ConsoleError)
    return new Stop(error.code === 'unsafe' ? exitCodes.unsafe : exitCodes.usage, error.message, { cause: error });
  if (error instanceof HistoryError) return new Stop(exitCodes.usage, error.message, { cause: error });
  return error;
};

const introduce = (voice: Voice, landscape: Landscape, url: string): void => {
  const danish = voice.language === 'da';
  const count = (kind: string) => Object.values(landscape.nodes).filter((node) => node.kind === kind).length;
  const { rates } = planOf(landscape);
  const rate = Object.values(rates).reduce((sum, one) => sum + one, 0);
  voice.out(`${toned(voice, 'strong', 'Forvarsel')}  ${landscape.authority.title[voice.language]}`);
  voice.out(
    danish
      ? `Overvåger ${count('workflow')} arbejdsgange, ${count('solution')} løsninger, ${count('component')} komponenter med ${Object.keys(landscape.checks).length} tjek fra ${Object.keys(landscape.vantages).length} målepunkter (${rate.toFixed(0)} målinger/s).`
      : `Watching ${count('workflow')} workflows, ${count('solution')} solutions, ${count('component')} components with ${Object.keys(landscape.checks).length} checks from ${Object.keys(landscape.vantages).length} vantages (${rate.toFixed(0)} probes/s).`,
  );
  voice.out(`${danish ? 'Konsollen' : 'Console'}: ${toned(voice, 'strong', url)}`);
  voice.out(danish ? 'Ctrl-C slutter.' : 'Ctrl-C ends it.');
  voice.out('');
};

const watchChanges = (voice: Voice, landscape: Landscape, embedded: Embedded, tell: Tell): void => {
  const changes = createChanges(landscape, voice.language);
  embedded.subscribe((picture) => {
    for (const { tone, what, text } of changes(picture)) tell(tone, what, text);
  });
};

/** Resolves at Ctrl-C or SIGTERM. */
const asked = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

const startEstate = async (voice: Voice, path: string, options: Options): Promise<number> => {
  const { landscape, file } = await readOrStop(voice, path);
  const tell = createTeller(voice, landscape.authority.zone);
  const embedded = await startEmbedded({
    landscape,
    folder: dirname(file),
    dataFolder: textOf(options, 'data') ?? defaultDataFolder(path),
    listen: textOf(options, 'listen') ?? '127.0.0.1:9640',
    tell: (line) => tell('warn', 'forvarsel', line),
  });
  introduce(voice, landscape, embedded.url);
  watchChanges(voice, landscape, embedded, tell);
  await asked();
  await embedded.stop();
  return exitCodes.fine;
};

const chosenStories = (name: string): readonly StoryName[] => {
  if (name === 'all') return storyNames;
  if (name === 'none') return [];
  const found = storyNames.find((one) => one === name);
  if (found === undefined)
    throw new Stop(
      exitCodes.usage,
      `no story is called ${name}; expected all, none or one of ${storyNames.join(', ')}`,
    );
  return [found];
};

/** The simulated month before now, made in a thread of its own, newest day first; days the memory holds are left alone. */
const bringPast = (landscape: Landscape, embedded: Embedded, past: { days: number; seed: number }): (() => void) => {
  const until = Math.floor(Date.now() / 60_000) * 60_000;
  const today = Math.floor(until / dayMs);
  const days = Array.from({ length: past.days }, (_, index) => today - index);
  const worker = new Worker(new URL('../demo/past.worker.ts', import.meta.url), {
    workerData: { landscape, seed: past.seed, days, until },
  });
  worker.on('message', (batch) => void embedded.remember(batch).catch(() => worker.terminate()));
  worker.on('error', () => undefined);
  return () => void worker.terminate();
};

type Line = { story: Story | null };

/** So much of what clinicians meet is gathered into one line. */
const gatherMs = 2_000;

/** Tells what the clinicians meet, and how long before it the first warning came. */
const createWitness = (voice: Voice, landscape: Landscape, picture: () => Picture | null, tell: Tell) => {
  const failing = new Set<string>();
  const gathered = { hit: new Map<string, Tried>(), back: new Map<string, Tried>() };
  let timer: NodeJS.Timeout | null = null;
  const danish = voice.language === 'da';
  const titles = (ids: readonly string[]) =>
    listed(
      [...new Set(ids)].map((id) => landscape.nodes[id]?.title[voice.language] ?? id),
      voice.language,
      3,
    );
  const warnedBefore = ({ at, workflow, site }: Tried): number | null => {
    const warned = (picture()?.alerts ?? [])
      .filter(({ about, firedAt, rule }) => firedAt !== null && rule !== 'impact' && 'affects' in about)
      .filter(
        ({ about }) =>
          'affects' in about && about.affects.some((one) => one.workflow === workflow && one.sites.includes(site)),
      )
      .map(({ firedAt }) => firedAt ?? at);
    return warned.length === 0 ? null : at - Math.min(...warned);
  };
  const say = (): void => {
    timer = null;
    const who = danish ? 'klinikere' : 'clinicians';
    const where = (tries: readonly Tried[]) =>
      `${titles(tries.map(({ workflow }) => workflow))} @ ${titles(tries.map(({ site }) => site))}`;
    const [hit, back] = [[...gathered.hit.values()], [...gathered.back.values()]];
    if (hit.length > 0) {
      const leads = hit.map((one) => warnedBefore(one)).filter((lead) => lead !== null);
      const lead =
        leads.length === 0
          ? ''
          : `; ${danish ? 'varslet' : 'warned'} ${lasting(Math.min(...leads), voice.language)} ${danish ? 'forinden' : 'before'}`;
      tell('bad', who, `${danish ? 'kan ikke arbejde' : 'cannot work'}: ${where(hit)}${lead}`);
    }
    if (back.length > 0) tell('good', who, `${danish ? 'arbejder igen' : 'work again'}: ${where(back)}`);
    gathered.hit.clear();
    gathered.back.clear();
  };
  return (tried: Tried): void => {
    const key = `${tried.workflow}@${tried.site}`;
    if (tried.ok === !failing.has(key)) return;
    if (tried.ok) failing.delete(key);
    else failing.add(key);
    const other = tried.ok ? gathered.hit : gathered.back;
    if (!other.delete(key)) (tried.ok ? gathered.back : gathered.hit).set(key, tried);
    if (timer === null) timer = setTimeout(say, gatherMs).unref();
  };
};

const playStories = async (
  voice: Voice,
  demo: Demo,
  names: readonly StoryName[],
  line: Line,
  tell: Tell,
): Promise<void> => {
  const danish = voice.language === 'da';
  for (let index = 0; names.length > 0; index = (index + 1) % names.length) {
    const [name, next] = [names[index], names[(index + 1) % names.length]];
    if (name === undefined || next === undefined) return;
    const [story, after] = [stories[name], stories[next]];
    line.story = { title: story.title, tells: story.tells, next: after.title };
    tell(
      'strong',
      danish ? 'historie' : 'story',
      `${story.title[voice.language]} (${story.lasts} s): ${story.tells[voice.language]}`,
    );
    await demo.play(name);
    line.story = null;
    tell('dim', danish ? 'dernæst' : 'next', after.title[voice.language]);
  }
};

const startDemoEstate = async (voice: Voice, options: Options): Promise<number> => {
  if (process.platform !== 'linux')
    throw new Stop(
      exitCodes.usage,
      'the demo needs Linux for its loopback addresses; watch your own estate with --estate PATH',
    );
  const names = chosenStories(textOf(options, 'story') ?? 'all');
  const seed = Number(textOf(options, 'seed') ?? 1);
  const past = Number(textOf(options, 'past') ?? 30);
  if (!Number.isSafeInteger(seed))
    throw new Stop(exitCodes.usage, `expected a whole number for --seed, got ${textOf(options, 'seed')}`);
  if (!Number.isSafeInteger(past) || past < 0 || past > 400)
    throw new Stop(exitCodes.usage, `expected 0 to 400 days for --past, got ${textOf(options, 'past')}`);
  const { landscape: declared, file } = await readOrStop(voice, reference);
  const named = textOf(options, 'data');
  const dataFolder = resolve(named ?? defaultDataFolder('demo'));
  // The demo tells its stories anew each time, unless somebody named a folder to be kept.
  if (named === null) rmSync(dataFolder, { recursive: true, force: true });
  const tell = createTeller(voice, declared.authority.zone);
  const line: Line = { story: null };
  let embedded: Embedded | null = null;
  let witness: ReturnType<typeof createWitness> | null = null;
  const demo = startDemo({ seed, dataFolder }, (message) => {
    if (message.type === 'clinician') witness?.(message);
    if (message.type === 'story' && message.phase !== 'begins' && message.phase !== 'ends')
      tell('strong', message.phase, message.text[voice.language]);
  });
  try {
    const { base, trustFile } = await demo.ready;
    const landscape = moveToLoopback(declared, { base, trustFile });
    embedded = await startEmbedded({
      landscape,
      folder: dirname(file),
      dataFolder,
      listen: textOf(options, 'listen') ?? '127.0.0.1:9640',
      story: () => line.story,
      tell: (text) => tell('warn', 'forvarsel', text),
    });
    const running = embedded;
    witness = createWitness(voice, landscape, running.picture, tell);
    introduce(voice, landscape, running.url);
    watchChanges(voice, landscape, running, tell);
    const endPast = past > 0 ? bringPast(landscape, running, { days: past, seed }) : () => undefined;
    const playing = playStories(voice, demo, names, line, tell).catch(() => undefined);
    await asked();
    endPast();
    await Promise.all([running.stop(), demo.stop()]);
    await playing;
    return exitCodes.fine;
  } catch (error) {
    await Promise.all([embedded?.stop(), demo.stop()]);
    throw error;
  }
};

/** `forvarsel start`: the demo, or with `--estate` an estate of one's own. Ends at Ctrl-C with nothing left running. */
export const start: Run = async (voice, { options }) => {
  const estate = textOf(options, 'estate');
  try {
    return estate === null ? await startDemoEstate(voice, options) : await startEstate(voice, estate, options);
  } catch (error) {
    throw explained(error);
  }
};
