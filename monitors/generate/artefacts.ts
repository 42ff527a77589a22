import type { Generator } from './artefact.ts';
import { docs } from './docs/docs.ts';

/** Everything that can be generated; each kind of file has a folder of its own below the one asked for. */
export const artefacts = {
  docs,
} as const satisfies Record<string, Generator>;

export type ArtefactKind = keyof typeof artefacts;
export const artefactKinds = Object.keys(artefacts) as readonly ArtefactKind[];
