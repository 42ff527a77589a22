import type { SlothSlo } from '../../../infra/import/sloth/model.ts';
import { type Artefact, type Generator, originOf } from '../artefact.ts';
import { blockYamlList } from '../block-yaml.ts';
import { commentOf } from '../yaml.ts';
import { slothOf } from './promises.ts';
import { slothGroups, slothMaker } from './rules.ts';

const about = [
  'Profile sloth: the groups, series, labels and alerts of Sloth 0.16, so that its dashboards and routes keep working.',
  'Its period is the mean of what every five minutes said, whatever happened in them: where traffic varies, trust the native profile.',
];

/** The rules of objectives as a file; `source` is where they were read, `more` what there is to say of this file alone. */
export const slothFile = (
  slos: readonly SlothSlo[],
  source: string,
  more: readonly string[] = [],
): readonly Artefact[] => {
  if (slos.length + more.length === 0) return [];
  const header = commentOf([...originOf({ source }), ...about, ...more]).replaceAll(/^/gm, '#');
  const groups = blockYamlList('groups', slos, (slo) => slothGroups(slo, slothMaker(slo)));
  return [{ path: 'rules/sloth.rules.yml', text: `${header}\n\n${groups}` }];
};

/** The promises of a landscape as rules in Sloth's words, for `--profile sloth`. */
export const slothRules: Generator = ({ landscape, profile, source }) => {
  if (profile !== 'sloth') return [];
  const { slos, left } = slothOf(landscape);
  const counted =
    'What is not counted in requests is counted by the recording rules of Forvarsel, which must run beside these.';
  const own = slos.some(({ sli }) => sli.kind === 'events' && sli.error.includes('forvarsel:promise_'));
  const more = [...(own ? [counted] : []), ...left.map(({ promise, why }) => `Not here: ${promise}; ${why}.`)];
  return slothFile(slos, source, more);
};
