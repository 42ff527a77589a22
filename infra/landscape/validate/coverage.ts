import { problem } from '../findings.ts';
import { graphOf, namesIn } from '../graph.ts';
import { isCritical } from '../model.ts';
import { solutionsNamed } from '../normalise.ts';
import type { Rule } from './context.ts';

const vantages: Rule = ({ landscape, checks }) => [
  ...(checks.length > 0 && Object.keys(landscape.vantages).length === 0
    ? [
        problem('no-vantage', ['sites'], {
          expected: 'at least one site with a vantage',
          got: 'none',
          remedy: 'give a site vantage: { anchors: [...] }',
        }),
      ]
    : []),
  ...Object.values(landscape.vantages).flatMap(({ id, anchors }) =>
    anchors.length > 0
      ? []
      : [
          problem('vantage-without-anchors', ['sites', id, 'vantage'], {
            expected: 'anchors: neighbours whose answer proves that the vantage is connected',
            got: 'none',
            remedy: "add anchors: ['host:port'], two where there are two",
          }),
        ],
  ),
];

const unwatched: Rule = ({ entries, checks }) =>
  entries.flatMap(({ kind, id, path, written: { needs = [] } }) => {
    const own = checks.filter(({ entry }) => entry.id === id && entry.kind === kind);
    if (kind === 'component' && !own.some(({ check }) => check.judges))
      return [
        problem('unwatched-component', path, {
          expected: 'a check that judges it',
          got: own.length === 0 ? 'no check' : 'metrics alone, which set no state',
          remedy: 'add a check, or it stays unknown',
        }),
      ];
    if ((kind === 'solution' || kind === 'workflow') && needs.length === 0 && own.length === 0)
      return [
        problem('nothing-to-judge', path, {
          expected: 'needs or checks',
          got: 'neither',
          remedy: 'say what it stands on, or how it is probed; nothing could tell its state',
        }),
      ];
    return [];
  });

/** Impact is measured in workflows: what none rests on could be down and nobody would be told. */
const inNoWorkflow: Rule = ({ landscape, input }) => {
  const graph = graphOf(landscape, null);
  const rested = new Set<string>();
  for (const { id, kind } of Object.values(landscape.nodes)) if (kind === 'workflow') rested.add(id);
  for (const id of rested)
    for (const { on } of landscape.nodes[id]?.needs ?? []) for (const name of namesIn(on)) rested.add(name);
  for (const id of rested)
    for (const need of graph.breaks.get(id) ?? []) for (const name of namesIn(need)) rested.add(name);
  return Object.entries(input.solutions ?? {}).flatMap(([id, { criticality }]) =>
    criticality !== 'clinical-critical' || rested.has(id)
      ? []
      : [
          problem('in-no-workflow', ['solutions', id], {
            expected: 'a workflow that needs it, directly or through others',
            got: 'none',
            remedy: 'say what people do with it and where: impact is told of workflows alone',
          }),
        ],
  );
};

const oneVantage: Rule = ({ landscape, checks, input }) =>
  Object.entries(input.solutions ?? {}).flatMap(([id, { criticality }]) => {
    const own = checks.filter(({ entry, check }) => entry.kind === 'solution' && entry.id === id && check.judges);
    const alone = own.every(({ check }) => new Set(check.vantages).size === 1);
    if (criticality !== 'clinical-critical' || own.length === 0 || !alone) return [];
    const from = [...new Set(own.flatMap(({ check }) => check.vantages))].join(', ');
    const more = Object.keys(landscape.vantages).length > 1 ? 'name a second vantage' : 'give a second site a vantage';
    return [
      problem('one-vantage', ['solutions', id, 'checks'], {
        expected: 'a check that runs from two vantages or more',
        got: `only from ${from}`,
        remedy: `${more}: when this one is blind, so is everyone`,
      }),
    ];
  });

const sitesOfUse: Rule = ({ input, landscape }) => [
  ...Object.entries(input.workflows ?? {}).flatMap(([id, { usedAt }]) => {
    const blind = usedAt.filter((site) => input.sites?.[site] !== undefined && landscape.vantages[site] === undefined);
    return blind.map((site) =>
      problem('blind-site', ['workflows', id, 'usedAt', usedAt.indexOf(site)], {
        expected: 'a site with a vantage',
        got: `'${site}', which has none`,
        remedy: `give ${site} a vantage: a cut to it would not be seen`,
      }),
    );
  }),
  ...Object.entries(input.workflows ?? {}).flatMap(([id, { usedAt }]) =>
    usedAt.length > 0
      ? []
      : [
          problem('no-site-of-use', ['workflows', id, 'usedAt'], {
            expected: 'at least one site',
            got: 'none',
            remedy: 'name where it is used: impact is told by site',
          }),
        ],
  ),
];

const ownership: Rule = ({ entries, landscape, input }) =>
  entries.flatMap(({ kind, id, path, written: { owner, runbook, firstAction } }) => {
    const criticality = landscape.nodes[id]?.criticality ?? null;
    if ((kind !== 'solution' && kind !== 'workflow') || criticality === null || !isCritical(criticality)) return [];
    const owned =
      owner !== undefined ||
      (kind === 'workflow' && solutionsNamed(input, id).some((one) => input.solutions?.[one]?.owner));
    return [
      ...(owned
        ? []
        : [
            problem('no-owner', path, {
              expected: `an owner, as it is ${criticality}`,
              got: 'none',
              remedy: 'name the team that is called',
            }),
          ]),
      ...(runbook === undefined && firstAction === undefined
        ? [
            problem('no-first-action', path, {
              expected: 'firstAction or runbook',
              got: 'neither',
              remedy: 'say in one sentence what the person on call does first',
            }),
          ]
        : []),
    ];
  });

const criticality: Rule = ({ input }) =>
  Object.entries(input.workflows ?? {}).flatMap(([id, { criticality: own }]) =>
    own !== undefined || solutionsNamed(input, id).length > 0
      ? []
      : [
          problem('no-criticality', ['workflows', id], {
            expected: 'a criticality, or a solution among its needs that has one',
            got: "neither, so it counts as 'supporting'",
            remedy: 'say how critical it is',
          }),
        ],
  );

/** What matters is seen, and somebody is called. */
export const coverage: readonly Rule[] = [
  vantages,
  unwatched,
  inNoWorkflow,
  oneVantage,
  sitesOfUse,
  ownership,
  criticality,
];
