import type { Generator } from './artefact.ts';

/** Everything that can be generated; each kind of file has a folder of its own below the one asked for, and is loaded only when it is. */
export const artefacts = {
  docs: async () => (await import('./docs/docs.ts')).docs,
  grafana: async () => (await import('./grafana/grafana.ts')).grafana,
  rules: async () => (await import('./sloth/sloth.ts')).slothRules,
} as const satisfies Record<string, () => Promise<Generator>>;

export type ArtefactKind = keyof typeof artefacts;
export const artefactKinds = Object.keys(artefacts) as readonly ArtefactKind[];
