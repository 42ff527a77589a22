import { rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Landscape } from '../../infra/landscape/model.ts';
import { minutesPerDay } from '../../monitors/history/history.ts';
import type { Story } from '../console/source.ts';
import { type Demo, startDemo } from '../demo/demo-thread.ts';
import { type StoryName, stories, storyNames } from '../demo/stories.ts';
import { moveToLoopback } from '../demo/transform.ts';
import { type Embedded, startEmbedded } from '../embedded/embedded.ts';
import { createWitness } from '../embedded/witness.ts';
import { exitCodes } from './exit.ts';
import { createTeller, type Tell, textOf, type Voice } from './output.ts';
import { runningAt } from './picture.ts';
import type { Options } from './program.ts';
import { asked, introduce, usage, watchChanges } from './start-common.ts';
import { readOrStop } from './validate.ts';

const reference = fileURLToPath(new URL('../../stacks/region', import.meta.url));
/** No estate of one's own is ever remembered under this name. */
const demoFolder = '.forvarsel/demo';
const dayMs = minutesPerDay * 60_000;

const phaseWords = {
  fault: { en: 'fault', da: 'fejl' },
  worse: { en: 'worse', da: 'værre' },
  recovery: { en: 'recovery', da: 'bedring' },
} as const;

const chosenStories = (voice: Voice, name: string): readonly StoryName[] => {
  if (name === 'all') return storyNames;
  if (name === 'none') return [];
  const found = storyNames.find((one) => one === name);
  if (found === undefined)
    throw usage(voice, {
      en: `no story is called ${name}; expected all, none or one of ${storyNames.join(', ')}`,
      da: `ingen historie hedder ${name}; forventede all, none eller en af ${storyNames.join(', ')}`,
    });
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

export const startDemoEstate = async (voice: Voice, options: Options): Promise<number> => {
  if (process.platform !== 'linux')
    throw usage(voice, {
      en: 'the demo needs Linux for its loopback addresses; watch your own estate with --estate PATH',
      da: 'demoen kræver Linux for sine loopback-adresser; overvåg dit eget landskab med --estate PATH',
    });
  const names = chosenStories(voice, textOf(options, 'story') ?? 'all');
  const seed = Number(textOf(options, 'seed') ?? 1);
  const past = Number(textOf(options, 'past') ?? 30);
  if (!Number.isSafeInteger(seed))
    throw usage(voice, {
      en: `expected a whole number for --seed, got ${textOf(options, 'seed')}`,
      da: `forventede et helt tal til --seed, fik ${textOf(options, 'seed')}`,
    });
  if (!Number.isSafeInteger(past) || past < 0 || past > 400)
    throw usage(voice, {
      en: `expected 0 to 400 days for --past, got ${textOf(options, 'past')}`,
      da: `forventede 0 til 400 dage til --past, fik ${textOf(options, 'past')}`,
    });
  const { landscape: declared, file } = await readOrStop(voice, reference);
  const named = textOf(options, 'data');
  const dataFolder = resolve(named ?? demoFolder);
  // The demo tells its stories anew each time, unless somebody named a folder to be kept.
  const other = runningAt(dataFolder);
  if (other !== null)
    throw usage(voice, {
      en: `somebody watches here already, see ${other}; name another folder with --data and another address with --listen`,
      da: `her overvåges der allerede, se ${other}; vælg en anden mappe med --data og en anden adresse med --listen`,
    });
  if (named === null) rmSync(dataFolder, { recursive: true, force: true });
  const tell = createTeller(voice, declared.authority.zone);
  const line: Line = { story: null };
  let embedded: Embedded | null = null;
  let witness: ReturnType<typeof createWitness> | null = null;
  const demo = startDemo({ seed, dataFolder }, (message) => {
    if (message.type === 'clinician') witness?.(message);
    if (message.type === 'story' && message.phase !== 'begins' && message.phase !== 'ends')
      tell('strong', phaseWords[message.phase][voice.language], message.text[voice.language]);
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
