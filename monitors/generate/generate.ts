import type { Artefact, GenerateGround } from './artefact.ts';
import { type ArtefactKind, artefacts } from './artefacts.ts';

export type Generated = Artefact & { readonly kind: ArtefactKind };

/** The files of the kinds asked for, by path. The same ground gives the same files, whatever the order asked in. */
export const generate = (ground: GenerateGround, kinds: readonly ArtefactKind[]): readonly Generated[] => {
  const files = [...new Set(kinds)].flatMap((kind) => artefacts[kind](ground).map((file) => ({ ...file, kind })));
  const seen = new Set<string>();
  for (const { path } of files) {
    if (seen.has(path)) throw new Error(`expected one file at ${path}, got two`);
    seen.add(path);
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
};
