import type { defineLandscape } from '../../infra/landscape/define.ts';

/** The sections of a landscape, so that an estate can be told area by area. */
type Input = Parameters<typeof defineLandscape>[0];
type Section<Name extends keyof Input> = NonNullable<Input[Name]>;
type OneOf<Name extends keyof Input> = Section<Name> extends Record<string, infer One> ? One : never;

export type Sites = Section<'sites'>;
export type Clusters = Section<'clusters'>;
export type Hosts = Section<'hosts'>;
export type Teams = Section<'teams'>;
export type Components = Section<'components'>;
export type Solutions = Section<'solutions'>;
export type Workflows = Section<'workflows'>;
export type Windows = Section<'serviceWindows'>;

export type Site = OneOf<'sites'>;
export type Component = OneOf<'components'>;
export type Text = Component['title'];
export type Check = NonNullable<Component['checks']>[string];
/** A check of one kind. */
export type CheckOf<K extends Check['kind']> = Extract<Check, { kind: K }>;
export type Signals = NonNullable<Check['signals']>;
export type Signal = Signals[string];
