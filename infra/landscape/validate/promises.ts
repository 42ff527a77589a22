import { problem } from '../findings.ts';
import type { Expression, Landscape, NodeId } from '../model.ts';
import type { Rule } from './context.ts';

const day = 86_400_000;

const figures: Rule = ({ landscape, input }) =>
  (['solutions', 'workflows'] as const).flatMap((section) =>
    Object.keys(input[section] ?? {}).flatMap((id) =>
      (landscape.nodes[id]?.promises ?? []).flatMap(({ objective, span, window }, index) => [
        ...(objective > 0 && objective < 100
          ? []
          : [
              problem('bad-objective', [section, id, 'promises', index, 'objective'], {
                expected: 'a percentage above 0 and below 100',
                got: String(objective),
                remedy: objective === 100 ? 'leave a budget: 100 % allows no minute at all' : 'write it as 99.95',
              }),
            ]),
        ...(span.kind === 'calendar' || span.ms >= day
          ? []
          : [
              problem('window-too-short', [section, id, 'promises', index, 'window'], {
                expected: 'at least 1d',
                got: window,
                remedy: 'promise over days: a short window says nothing of a month',
              }),
            ]),
      ]),
    ),
  );

/** The chance that at least so many of independent parts work. */
const atLeast = (wanted: number, parts: readonly number[]): number => {
  let exactly = [1];
  for (const works of parts)
    exactly = [...exactly, 0].map((some, count) => some * (1 - works) + (exactly[count - 1] ?? 0) * works);
  return exactly.slice(Math.max(0, wanted)).reduce((sum, some) => sum + some, 0);
};

/**
 * What the hard needs of a node allow when each keeps exactly what it promises, independently; what promises nothing is
 * taken as perfect but for its own needs. Of several promises the highest counts, so that a finding is sure.
 */
export const allowedBy = (landscape: Landscape, id: NodeId): number => {
  const open = new Set<NodeId>();
  const ofExpression = (expression: Expression): number =>
    'node' in expression ? ofNode(expression.node) : atLeast(expression.atLeast, expression.of.map(ofExpression));
  const ofNeeds = (node: NodeId): number => {
    const needs = landscape.nodes[node]?.needs ?? [];
    return needs.filter(({ effect }) => effect === 'breaks').reduce((product, { on }) => product * ofExpression(on), 1);
  };
  const ofNode = (node: NodeId): number => {
    if (open.has(node)) return 1;
    open.add(node);
    const promised = (landscape.nodes[node]?.promises ?? []).map(({ objective }) => objective / 100);
    const allowed = promised.length > 0 ? Math.max(...promised) : ofNeeds(node);
    open.delete(node);
    return allowed;
  };
  open.add(id);
  return ofNeeds(id);
};

/** Rounding must not make a finding. */
const slack = 1e-9;
const percent = (share: number): string => `${(Math.floor(share * 1e6) / 1e4).toFixed(4).replace(/0{1,2}$/, '')} %`;

const tight: Rule = ({ landscape, input }) =>
  (['solutions', 'workflows'] as const).flatMap((section) =>
    Object.keys(input[section] ?? {}).flatMap((id) => {
      const promises = landscape.nodes[id]?.promises ?? [];
      if (promises.length === 0) return [];
      const allowed = allowedBy(landscape, id);
      return promises.flatMap(({ objective }, index) =>
        objective / 100 <= allowed + slack
          ? []
          : [
              problem('promise-too-tight', [section, id, 'promises', index, 'objective'], {
                expected: `at most ${percent(allowed)}, what its hard needs promise together`,
                got: `${objective} %`,
                remedy: 'promise less, need less, or need it redundantly',
              }),
            ],
      );
    }),
  );

/** What is promised can be kept. */
export const promises: readonly Rule[] = [figures, tight];
