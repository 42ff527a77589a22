import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import type { Secret } from '../model.ts';
import { duration, id, secret } from '../written.ts';
import { defineKind, maybe, present } from './kind.ts';

export type PushOptions = {
  readonly token: Secret;
  readonly graceMs: number;
  readonly maxDurationMs?: number;
  readonly numbers: readonly string[];
};

/** What a report tells by itself. */
const own = ['duration', 'age', 'job-duration'];
const ms = (text: string): number => parseDuration(text) ?? 0;

export const push = defineKind({
  address: 'none',
  written: {
    /** What the job shows when it reports: POST /push/<node>/<check> with `Authorization: Bearer …`. */
    token: secret,
    /** How long silence may last: longer than the job's own rhythm and what it takes. @example '26h' */
    grace: duration,
    /** How long the job itself may take, by its own word. */
    maxDuration: duration.optional(),
    /** Names of numbers it reports; each is a signal. @example ['rows-loaded'] */
    numbers: z
      .array(id.refine((name) => !own.includes(name), { error: `a name that is none of ${own.join(', ')}` }))
      .max(20, { error: 'at most 20 names' })
      .optional(),
  },
  normal: ({ token, grace, maxDuration, numbers = [] }) =>
    present<PushOptions>({ token, graceMs: ms(grace), maxDurationMs: maybe(maxDuration, ms), numbers }),
  depth: () => 'transaction',
  deepest: () => 'transaction',
  measures: ({ numbers }) => ['age', 'job-duration', ...numbers],
  judges: true,
});
