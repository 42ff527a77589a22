import type { Picture, SliState } from './picture.ts';

/** What the state of a promise had before it told how it was counted: minutes of a rolling window, nothing listed. */
const unsaid = {
  indicator: 'availability',
  method: { name: 'timeslices', version: 1 },
  counted: 'minutes',
  closes: null,
  raw: null,
  exclusions: [],
  exhausts: null,
} as const satisfies Partial<SliState>;
type Earlier = Omit<SliState, 'from'> & {
  readonly from?: number;
  readonly budget: { readonly minutes?: number };
};

const stateFrom = (kept: Earlier): SliState => ({
  ...unsaid,
  ...kept,
  from: kept.from ?? kept.asOf,
  budget: { ...kept.budget, allowed: kept.budget.allowed ?? kept.budget.minutes ?? 0 },
});

/** A picture as it was kept, by this version or an earlier one. */
export const pictureFrom = (json: string): Picture => {
  // Safe: stored by this program as a Picture; the file's version was checked when it was opened.
  const kept = JSON.parse(json) as Picture;
  return { ...kept, promises: kept.promises.map(stateFrom) };
};
