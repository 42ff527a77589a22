import type { Artefact, GenerateGround } from './artefact.ts';
import { type ArtefactKind, artefacts } from './artefacts.ts';

export type Generated = Artefact & { readonly kind: ArtefactKind };

/** The files of the kinds asked for, by path. The same ground gives the same files, whatever the order asked in. */
export const generate = async (
  ground: GenerateGround,
  kinds: readonly ArtefactKind[],
): Promise<readonly Generated[]> => {
  const seen = new Set<string>();
  const files: Generated[] = [];
  for (const kind of new Set(kinds)) {
    const generator = await artefacts[kind]();
    for (const file of generator(ground)) {
      if (seen.has(file.path)) throw new Error(`expected one file at ${file.path}, got two`);
      seen.add(file.path);
      files.push({ ...file, kind });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
};
