import type { Landscape, Text } from '../../infra/landscape/model.ts';
import { planOf } from '../../probes/plan.ts';
import { createChanges } from '../embedded/changes.ts';
import type { Embedded } from '../embedded/embedded.ts';
import { exitCodes, Stop } from './exit.ts';
import { say, type Tell, toned, type Voice } from './output.ts';

/** What a person asked for that cannot be had, in the reader's language. */
export const usage = (voice: Voice, text: Text): Stop => new Stop(exitCodes.usage, say(voice, text));

/** What is being watched, where to look, how to end it. */
export const introduce = (voice: Voice, landscape: Landscape, url: string): void => {
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

/** One line per change from here on. */
export const watchChanges = (voice: Voice, landscape: Landscape, embedded: Embedded, tell: Tell): void => {
  const changes = createChanges(landscape, voice.language);
  embedded.subscribe((picture) => {
    for (const { tone, what, text } of changes(picture)) tell(tone, what, text);
  });
};

/** Resolves at Ctrl-C or SIGTERM. */
export const asked = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
