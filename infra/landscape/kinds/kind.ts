import type { z } from 'zod';
import type { Depth, TestPatient } from '../model.ts';

/**
 * What the target of a kind looks like: a URL, `host:port`, a host with or without a port (`ownPort` fills it in), a
 * host alone, or nothing that is dialled (`none`).
 */
export type Address = 'url' | 'websocket' | 'socket' | 'host' | 'none';

/** What is wrong about how the keys of a check stand together: where, and the `expected …` of the finding. */
export type Wrong = { readonly path: readonly (string | number)[]; readonly expected: string };

/**
 * What a landscape may say of one kind of check, beside what all checks have. `written` are the keys a person writes
 * beside `kind`, `target`, `every`, …; `normal` gives what the probe reads as `check.options` (plain JSON, secrets left
 * as `{ env }` or `{ file }`).
 */
export type KindOf<Shape extends z.core.$ZodLooseShape, Options> = {
  readonly address: Address;
  /** Where the options decide what the target looks like. */
  readonly addressOf?: (options: Options) => Address;
  readonly ownPort?: number;
  readonly written: Shape;
  /** What only all keys together can tell; asked when each of them is well formed by itself. */
  readonly whole?: (written: z.output<z.ZodObject<Shape>>) => readonly Wrong[];
  /** `patients` are the agreed test patients; one that is named and not there is a finding, and nothing is run. */
  readonly normal: (written: z.output<z.ZodObject<Shape>>, patients: Readonly<Record<string, TestPatient>>) => Options;
  /** How deep a good run goes when the check does not say. */
  readonly depth: (options: Options) => Depth;
  /** As deep as a good run of such a check can truly reach. */
  readonly deepest: (options: Options) => Depth;
  /** Names, beside `duration`, that the `of` of a signal may have; `overTls` where the target's scheme says so. */
  readonly measures: (options: Options, overTls: boolean) => readonly string[];
  /** Whether a run sets a state; false for what only feeds signals. */
  readonly judges: boolean;
};

export const defineKind = <Shape extends z.core.$ZodLooseShape, Options>(
  kind: KindOf<Shape, Options>,
): KindOf<Shape, Options> => kind;

/** Leaves out what is undefined. */
export const present = <T extends object>(parts: { readonly [K in keyof T]: T[K] | undefined }): T =>
  // Leaving out what is undefined is what turns `K: T | undefined` into `K?: T`.
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as T;

export const mapped = <A, B>(record: Readonly<Record<string, A>> | undefined, map: (value: A, key: string) => B) =>
  record === undefined
    ? undefined
    : Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
export const maybe = <A, B>(value: A | undefined, map: (value: A) => B): B | undefined =>
  value === undefined ? undefined : map(value);
