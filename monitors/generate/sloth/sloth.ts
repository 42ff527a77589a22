import { type Generator, originOf } from '../artefact.ts';
import { blockYamlList } from '../block-yaml.ts';
import { commentOf } from '../yaml.ts';
import { type Slothful, slothOf } from './promises.ts';
import { slothGroups, slothMaker } from './rules.ts';

const about = (left: Slothful['left']): readonly string[] => [
  'Profile sloth: the groups, series, labels and alerts of Sloth 0.16, so that its dashboards and routes keep working.',
  'Its period is the mean of what every five minutes said, whatever happened in them: where traffic varies, trust the native profile.',
  'What is not counted in requests is counted by the recording rules of Forvarsel, which must run beside these.',
  ...left.map(({ promise, why }) => `Not here: ${promise}; ${why}.`),
];

/** The promises of a landscape as rules in Sloth's words, for `--profile sloth`. */
export const slothRules: Generator = (ground) => {
  if (ground.profile !== 'sloth') return [];
  const { slos, left } = slothOf(ground.landscape);
  if (slos.length + left.length === 0) return [];
  const groups = blockYamlList('groups', slos, (slo) => slothGroups(slo, slothMaker(slo)));
  const header = commentOf([...originOf(ground), ...about(left)]);
  const text = `${header.replaceAll(/^/gm, '#')}\n\n${groups}`;
  return [{ path: 'rules/sloth.rules.yml', text }];
};
