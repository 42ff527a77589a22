import { type Finding, problem } from '../landscape/findings.ts';
import { list, said } from '../landscape/validate/say.ts';
import { entriesOf, wordOf } from './entries.ts';
import { fragmentOf, type Made } from './fragment.ts';
import type { Entry, Reader, Unsaid } from './model.ts';
import { importOpenSlo } from './openslo/read.ts';
import { importPyrra } from './pyrra/read.ts';
import { importSloth } from './sloth/import.ts';

type Format = { readonly key: 'apiVersion' | 'version'; readonly version: string; readonly reader: Reader };
/** What can be read, by the word each file says of itself. */
const formats: readonly Format[] = [
  { key: 'apiVersion', version: 'openslo/v1', reader: importOpenSlo },
  { key: 'apiVersion', version: 'sloth.slok.dev/v1', reader: importSloth },
  { key: 'version', version: 'prometheus/v1', reader: importSloth },
  { key: 'apiVersion', version: 'pyrra.dev/v1alpha1', reader: importPyrra },
];
const makerOf = (version: string): string => version.split('/')[0] ?? version;

const versionOf = ({ raw }: Entry): string | null => wordOf(raw, 'apiVersion') ?? wordOf(raw, 'version');
const formatOf = (entry: Entry): Format | null =>
  formats.find(({ key, version }) => wordOf(entry.raw, key) === version) ?? null;
/** A format that is known, of another version. */
const isOther = (entry: Entry): boolean => {
  const version = versionOf(entry);
  return version !== null && formats.some((one) => makerOf(one.version) === makerOf(version));
};

const known = list(formats.map(({ version }) => version));
const unreadable = (entry: Entry): Finding => {
  const [key, version] = [wordOf(entry.raw, 'apiVersion') === null ? 'version' : 'apiVersion', versionOf(entry)];
  return entry.finding(
    problem('bad-value', [key], { expected: known, got: said(version), remedy: 'convert it first' }),
  );
};
const empty = (file: string): Finding => ({
  ...problem('missing', [], { expected: `an objective of ${known}`, got: 'none', remedy: 'check the file' }),
  ...{ file, line: 1, column: 1 },
});

export type Import = {
  /** Null where something is wrong with the file. */
  readonly made: Made | null;
  readonly findings: readonly Finding[];
  readonly unsaid: readonly Unsaid[];
};

const inOrder = (a: { line: number; column: number }, b: { line: number; column: number }): number =>
  a.line - b.line || a.column - b.column;
const once = <T>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];

/**
 * The objectives of a file of another tool as a fragment of a landscape, with everything the fragment does not say, in
 * the order of the text. `window` is for objectives that name none. Everything wrong is told at once, and nothing made.
 */
export const importText = (text: string, file: string, window: string): Import => {
  const { entries, findings: malformed } = entriesOf(text, file);
  const owned = Map.groupBy(entries, (entry) => formatOf(entry)?.reader ?? null);
  const strange = owned.get(null) ?? [];
  const others = strange.filter(isOther);
  const read = [...owned].flatMap(([reader, own]) => (reader === null ? [] : [reader(own, window)]));
  const made = fragmentOf(read.flatMap(({ objectives }) => objectives));
  const findings = [...malformed, ...others.map(unreadable), ...read.flatMap((one) => one.findings), ...made.findings];
  const nothing = findings.length === 0 && read.length === 0 ? [empty(file)] : [];
  const unsaid = [
    ...strange.filter((entry) => !others.includes(entry)).map((entry) => entry.unsaid([], 'other-object')),
    ...read.flatMap((one) => one.unsaid),
    ...made.unsaid,
  ];
  const all = [...findings, ...nothing];
  return {
    made: all.length === 0 ? made : null,
    findings: once(all).toSorted(inOrder),
    unsaid: once(unsaid).toSorted(inOrder),
  };
};
