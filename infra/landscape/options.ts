import type { OptionsOf } from './kinds.ts';
import type { Check, CheckKind, Secret } from './model.ts';

/** Options are read without the schemas that made them: a probe thread does not carry those. */

/** What a check asks for, as its kind has it. */
export const optionsOf = <K extends CheckKind>(check: Check, _kind: K): OptionsOf[K] =>
  // Safe: normalise makes the options of a check by the kind's own `normal`, and nothing else makes them.
  check.options as OptionsOf[K];

/** Every secret that is named anywhere in the options of a check. */
export const secretsIn = (options: unknown): readonly Secret[] => {
  if (typeof options !== 'object' || options === null) return [];
  const entries = Object.entries(options);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && typeof only[1] === 'string') {
    if (only[0] === 'env') return [{ env: only[1] }];
    if (only[0] === 'file') return [{ file: only[1] }];
  }
  return entries.flatMap(([, value]) => secretsIn(value));
};
