import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { hashOf } from '../../infra/landscape/hash.ts';
import { type Profile, profiles } from '../../monitors/generate/artefact.ts';
import { type ArtefactKind, artefactKinds } from '../../monitors/generate/artefacts.ts';
import { type Generated, generate as generated } from '../../monitors/generate/generate.ts';
import { apply, type Change, compare, FolderError, recover, type Standing } from '../generated/folder.ts';
import { exitCodes, Stop } from './exit.ts';
import { note, say, show, type Tone, textOf, toned, type Voice } from './output.ts';
import type { Options, Run } from './program.ts';
import { readOrStop } from './validate.ts';

const isKind = (name: string): name is ArtefactKind => artefactKinds.some((kind) => kind === name);

const kindsIn = (voice: Voice, given: string | null): readonly ArtefactKind[] => {
  if (given === null) return artefactKinds;
  const names = given.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const strange = names.filter((name) => !isKind(name));
  if (names.length > 0 && strange.length === 0) return names.filter(isKind);
  const [what, known] = [strange.join(', ') || '""', artefactKinds.join(', ')];
  const sentence = {
    en: `nothing is generated as ${what}; there is ${known}`,
    da: `intet dannes som ${what}; der er ${known}`,
  };
  throw new Stop(exitCodes.usage, say(voice, sentence));
};

const profileIn = (voice: Voice, given: string | null): Profile => {
  const profile = profiles.find((one) => one === (given ?? 'native'));
  if (profile !== undefined) return profile;
  const known = profiles.join(', ');
  throw new Stop(
    exitCodes.usage,
    say(voice, {
      en: `no profile is called ${given}; there is ${known}`,
      da: `ingen profil hedder ${given}; der er ${known}`,
    }),
  );
};

/** Wall ms at which the year begins in the authority's zone: a year's files do not change from day to day. */
const yearIn = (voice: Voice, given: string | null, zone: string): number => {
  const year =
    given === null ? Temporal.Now.zonedDateTimeISO(zone).year : /^\d{4}$/.test(given) ? Number(given) : Number.NaN;
  if (!(year >= 2000 && year <= 9000))
    throw new Stop(
      exitCodes.usage,
      say(voice, { en: `expected a year such as 2026, got ${given}`, da: `ventede et år som 2026, fik ${given}` }),
    );
  return Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(zone).epochMilliseconds;
};

const folderIn = (voice: Voice, options: Options): string => {
  const out = textOf(options, 'out');
  if (out === null)
    throw new Stop(exitCodes.usage, say(voice, { en: 'say where with --out <dir>', da: 'sig hvor med --out <mappe>' }));
  if (existsSync(out) && !statSync(out).isDirectory())
    throw new Stop(exitCodes.usage, say(voice, { en: `${out} is no folder`, da: `${out} er ingen mappe` }));
  return resolve(out);
};

const standingWords: Readonly<Record<Standing, { readonly tone: Tone; readonly en: string; readonly da: string }>> = {
  same: { tone: 'dim', en: 'same', da: 'uændret' },
  new: { tone: 'good', en: 'new', da: 'ny' },
  changed: { tone: 'warn', en: 'changed', da: 'ændret' },
  edited: { tone: 'bad', en: 'edited by hand', da: 'rettet i hånden' },
  foreign: { tone: 'bad', en: 'not ours', da: 'ikke vores' },
  gone: { tone: 'warn', en: 'no longer generated', da: 'dannes ikke mere' },
};
const lineOf = (voice: Voice, { path, standing }: Change): string => {
  const words = standingWords[standing];
  return `${toned(voice, words.tone, words[voice.language])}  ${path}`;
};

/** What would change, line by line, as `diff -u` says it. */
const patchOf = (voice: Voice, { path, before, after }: Change): readonly string[] =>
  createTwoFilesPatch(
    before === null ? '/dev/null' : path,
    after === null ? '/dev/null' : path,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3 },
  )
    .split('\n')
    .slice(1, -1)
    .map((line) => toned(voice, line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : 'dim', line));

const differing = (changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ standing }) => standing !== 'same');
const facts = (out: string, changes: readonly Change[]) => ({
  out,
  files: changes.map(({ path, standing }) => ({ path, standing })),
});

/** Says how the folder differs and changes nothing; code 1 when it does. */
const check = (voice: Voice, out: string, changes: readonly Change[]): number => {
  const other = differing(changes);
  show(voice, { ...facts(out, changes), upToDate: other.length === 0 }, () => [
    ...other.flatMap((change) => [lineOf(voice, change), ...patchOf(voice, change)]),
    other.length === 0
      ? say(voice, {
          en: `${out}: ${changes.length} files, all as generated`,
          da: `${out}: ${changes.length} filer, alle som dannet`,
        })
      : say(voice, {
          en: `${out}: ${other.length} of ${changes.length} files differ`,
          da: `${out}: ${other.length} af ${changes.length} filer afviger`,
        }),
  ]);
  return other.length === 0 ? exitCodes.fine : exitCodes.wrong;
};

const refuseOthersWords = (voice: Voice, changes: readonly Change[]): void => {
  const others = changes.filter(({ standing }) => standing === 'edited' || standing === 'foreign');
  if (others.length === 0) return;
  for (const change of others) note(voice, lineOf(voice, change));
  throw new Stop(
    exitCodes.unsafe,
    say(voice, {
      en: `${others.length} of the files are not as they were generated; nothing was written. See them with --check, overwrite them with --force`,
      da: `${others.length} af filerne er ikke, som de blev dannet; intet er skrevet. Se dem med --check, overskriv dem med --force`,
    }),
  );
};

type Made = { readonly files: readonly Generated[]; readonly hash: string; readonly kinds: readonly ArtefactKind[] };
const ofLandscape = async (
  voice: Voice,
  path: string,
  asked: { readonly kinds: readonly ArtefactKind[]; readonly profile: Profile; readonly options: Options },
): Promise<Made> => {
  const { landscape, file } = await readOrStop(voice, path);
  const from = yearIn(voice, textOf(asked.options, 'year'), landscape.authority.zone);
  const { hash } = hashOf(landscape);
  const ground = { landscape, hash, source: basename(file), profile: asked.profile, from };
  return { files: await generated(ground, asked.kinds), hash, kinds: asked.kinds };
};
/** A spec of Sloth's own stands for a landscape where rules in its words are asked for; it is loaded only then. */
const specOf = async (voice: Voice, path: string, options: Options): Promise<Made | null> =>
  (await import('./generate-sloth.ts')).ofSlothSpec(voice, path, textOf(options, 'window') ?? '30d');

/** `forvarsel generate PATH --out DIR`: what other engines run on, from the landscape; all of it or nothing. */
export const generate: Run = async (voice, { args: [path = '.'], options }) => {
  const [asked, profile] = [kindsIn(voice, textOf(options, 'only')), profileIn(voice, textOf(options, 'profile'))];
  const out = folderIn(voice, options);
  const spec = profile === 'sloth' ? await specOf(voice, path, options) : null;
  const { files, hash, kinds } = spec ?? (await ofLandscape(voice, path, { kinds: asked, profile, options }));
  try {
    if (options['check'] === true) return check(voice, out, compare(out, files, kinds));
    if (recover(out))
      note(
        voice,
        say(voice, {
          en: `finished what an earlier run had begun in ${out}`,
          da: `gjorde færdigt, hvad en tidligere kørsel var begyndt på i ${out}`,
        }),
      );
    const changes = compare(out, files, kinds);
    if (options['force'] !== true) refuseOthersWords(voice, changes);
    const other = differing(changes);
    apply(out, { changes, files, kinds, landscape: hash });
    show(voice, facts(out, changes), () => [
      ...other.map((change) => lineOf(voice, change)),
      say(voice, {
        en: `${out}: ${files.length} files, ${other.length} written or removed`,
        da: `${out}: ${files.length} filer, ${other.length} skrevet eller fjernet`,
      }),
    ]);
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof FolderError) throw new Stop(exitCodes.usage, error.message, { cause: error });
    throw error;
  }
};
