import { readFileSync } from 'node:fs';
import type { Held } from '../../probes/blackbox/plan/keys.ts';
import type { Secrets } from '../../probes/observation.ts';

export type Opened = { readonly secrets: Secrets; readonly problem: string | null };

/** Values of what a module keeps apart; files are read for each run, so that a renewed one is used at once. */
export const openSecrets = (held: Readonly<Record<string, Held>>): Opened => {
  const secrets: Record<string, string> = {};
  for (const [key, one] of Object.entries(held)) {
    if ('value' in one) secrets[key] = one.value;
    else
      try {
        const text = readFileSync(one.file, 'utf8');
        secrets[key] = one.asItIs === true ? text : text.trim();
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
        return { secrets, problem: `expected a readable file ${one.file}, got ${code}` };
      }
  }
  return { secrets, problem: null };
};
