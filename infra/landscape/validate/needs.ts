import { problem } from '../findings.ts';
import { graphOf, namesIn } from '../graph.ts';
import type { NodeId } from '../model.ts';
import { expressionsOf, type Rule } from './context.ts';

const choices: Rule = ({ entries }) =>
  entries
    .flatMap(expressionsOf)
    .flatMap((one) => one.choices)
    .flatMap(({ atLeast, of, path }) => {
      const at = [...path, 'atLeast'];
      const expected = `a number from 1 to ${of.length}, the number of choices`;
      const got = String(atLeast);
      return [
        ...(atLeast < 1
          ? [problem('at-least-below', at, { expected: 'at least 1', got, remedy: 'raise it, or remove the need' })]
          : []),
        ...(atLeast > of.length
          ? [problem('at-least-above', at, { expected, got, remedy: 'lower it, or add the choices that are missing' })]
          : []),
        ...of.flatMap((choice, index) => {
          const text = JSON.stringify(choice);
          return of.findIndex((other) => JSON.stringify(other) === text) === index
            ? []
            : [
                problem('duplicate-choice', [...path, 'of', index], {
                  expected: 'each choice once',
                  got: `${typeof choice === 'string' ? `'${choice}'` : 'the same choice'} again`,
                  remedy: 'remove one: redundancy with itself is none',
                }),
              ];
        }),
      ];
    });

/** Each circle once, as the way round it. */
const circlesOf = (next: (id: NodeId) => readonly NodeId[], all: Iterable<NodeId>): readonly (readonly NodeId[])[] => {
  const found = new Map<string, readonly NodeId[]>();
  const done = new Set<NodeId>();
  const way: NodeId[] = [];
  const visit = (id: NodeId): void => {
    const back = way.indexOf(id);
    if (back >= 0) {
      const circle = way.slice(back);
      const key = [...circle].sort().join(' ');
      if (!found.has(key)) found.set(key, circle);
    }
    if (back >= 0 || done.has(id)) return;
    way.push(id);
    for (const other of next(id)) visit(other);
    way.pop();
    done.add(id);
  };
  for (const id of all) visit(id);
  return [...found.values()];
};

const circles: Rule = ({ landscape, entries }) => {
  const graph = graphOf(landscape, null);
  const next = (id: NodeId) =>
    [...new Set((graph.breaks.get(id) ?? []).flatMap(namesIn))].filter(
      (other) => other !== id && graph.breaks.has(other),
    );
  return circlesOf(next, graph.breaks.keys()).map((circle) => {
    const entry = entries.find(({ id }) => id === circle[0]);
    return problem('circle', [...(entry?.path ?? []), 'needs'], {
      expected: 'needs that end somewhere',
      got: `the circle ${[...circle, circle[0]].join(' → ')}`,
      remedy: "remove one of these needs, or give it effect 'degrades' or 'starts'",
    });
  });
};

/** What is needed can be had. */
export const needs: readonly Rule[] = [choices, circles];
