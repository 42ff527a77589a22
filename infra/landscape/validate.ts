import { findingCodes, type Path, type Problem } from './findings.ts';
import type { Landscape } from './model.ts';
import { normalise } from './normalise.ts';
import type { LandscapeInput } from './schema.ts';
import { alerting } from './validate/alerting.ts';
import { checks } from './validate/checks.ts';
import { createContext, type Rule } from './validate/context.ts';
import { coverage } from './validate/coverage.ts';
import { checkForm } from './validate/form.ts';
import { indicators } from './validate/indicators.ts';
import { margins } from './validate/margins.ts';
import { needs } from './validate/needs.ts';
import { privacy } from './validate/privacy.ts';
import { promises } from './validate/promises.ts';
import { references } from './validate/references.ts';
import { times } from './validate/times.ts';

const rules: readonly Rule[] = [
  references,
  needs,
  checks,
  coverage,
  promises,
  indicators,
  margins,
  times,
  alerting,
].flat();

/**
 * What the values of a well-formed landscape say wrongly of each other. `raw` is what was written, when something
 * malformed was left out of `input`: what names that is not called dangling.
 */
export const validate = (input: LandscapeInput, landscape: Landscape, raw: unknown = input): readonly Problem[] => {
  const context = createContext(input, landscape, raw);
  return [...rules.flatMap((rule) => rule(context)), ...privacy(raw)];
};

export type Examined = { readonly landscape: Landscape | null; readonly problems: readonly Problem[] };

/** Whether a problem can be trusted although something was left out. */
const stands = ({ code, path }: Problem, cut: readonly Path[]): boolean => {
  const { reach } = findingCodes[code];
  if (reach === 'value') return true;
  if (reach === 'whole') return cut.length === 0;
  return !cut.some((other) => other.length > 1 && other[0] === path[0] && other[1] === path[1]);
};

/** Everything there is to say of what was written, from its form to its meaning; a landscape only without an error. */
export const examine = (raw: unknown): Examined => {
  const { problems: malformed, input, cut, original } = checkForm(raw);
  if (input === null) return { landscape: null, problems: [...malformed, ...privacy(raw)] };
  const landscape = normalise(input);
  const meant = validate(input, landscape, raw)
    .map((one) => (one.code === 'plain-secret' || one.code === 'cpr-like' ? one : { ...one, path: original(one.path) }))
    .filter((one) => stands(one, cut));
  const problems = [...malformed, ...meant];
  return { landscape: problems.some(({ severity }) => severity === 'error') ? null : landscape, problems };
};
