import { expect } from 'vitest';
import type { StoryName } from '../stories.ts';
import { type Expected, playStory, type Seen, warningOf } from './stage.ts';

/**
 * Plays a story and holds it to the order of things: fault, then a warning that names the right cause, workflow and
 * site, then the clinician’s first failure with an impact that says the same, then recovery. Prints the lead time.
 */
export const holdsTrue = async (name: StoryName, seed: number, expected: Expected): Promise<Seen> => {
  const seen = await playStory(name, seed);
  const { workflow, site } = expected;
  const fault = seen.faults.find(({ phase }) => phase === 'fault')?.at ?? Number.NaN;
  const recovery = seen.faults.find(({ phase }) => phase === 'recovery')?.at ?? Number.NaN;
  const warning = warningOf(seen, expected);
  const hit = seen.failures.find((one) => one.workflow === workflow && one.site === site);
  const impact = seen.fired.find(({ alert }) => alert.id === `impact|${workflow}|${site}`);
  const back = seen.recoveries.findLast((one) => one.workflow === workflow && one.site === site);
  const told = seen.fired.map(({ alert }) => `${alert.id}: ${alert.about.causes.join('+')}`).join('; ');
  expect(warning, `a warning of ${JSON.stringify(expected)}; what fired: ${told}`).toBeDefined();
  expect(
    hit,
    `the clinician is hit in ${workflow} at ${site}; failures: ${JSON.stringify(seen.failures.slice(0, 5))}`,
  ).toBeDefined();
  expect(impact, `an impact of ${workflow} at ${site}; what fired: ${told}`).toBeDefined();
  expect(back, 'the clinician works again').toBeDefined();
  const [warnedAt, hitAt, impactAt, backAt] = [warning?.at ?? 0, hit?.at ?? 0, impact?.at ?? 0, back?.at ?? 0];
  const s = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    `${name}: warned ${s(warnedAt - fault)} after the fault, ${s(hitAt - warnedAt)} before the clinician at ${site} was hit in ${workflow}; impact told ${s(impactAt - hitAt)} after that; over ${s(backAt - recovery)} after the recovery; ${seen.tries} tries`,
  );
  expect(warnedAt).toBeGreaterThanOrEqual(fault);
  expect(hitAt).toBeGreaterThan(warnedAt);
  // A try is told by when it began, and may take a person’s patience twice over.
  expect(backAt).toBeGreaterThan(recovery - 5_000);
  // Impact is said while it lasts, and neither long before nor long after people feel it.
  expect(Math.abs(impactAt - hitAt)).toBeLessThan(12_000);
  expect(impactAt).toBeLessThan(backAt);
  expect(seen.resolved.map(({ id }) => id)).toContain(`impact|${workflow}|${site}`);
  // Every impact that was told was felt by somebody, and everybody who was hit was told of.
  const felt = new Set(seen.failures.map((one) => `impact|${one.workflow}|${one.site}`));
  const impacts = seen.fired.filter(({ alert }) => alert.rule === 'impact').map(({ alert }) => alert.id);
  expect(
    impacts.filter((id) => !felt.has(id)),
    'impacts nobody felt',
  ).toEqual([]);
  expect(
    [...felt].filter((id) => !impacts.includes(id)),
    'people hit that nobody told of',
  ).toEqual([]);
  return seen;
};
