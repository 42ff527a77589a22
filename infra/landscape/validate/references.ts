import { type FindingCode, type Path, type Problem, problem } from '../findings.ts';
import { type Context, type Entry, expressionsOf, type Rule } from './context.ts';
import { list, meant, said } from './say.ts';

type Reference = { readonly code: FindingCode; readonly path: Path; readonly id: string; readonly what: string };

/** One finding when an id is not among those that could be meant. */
const dangling = ({ code, path, id, what }: Reference, known: ReadonlySet<string>): readonly Problem[] =>
  known.has(id)
    ? []
    : [
        problem(code, path, {
          expected: what,
          got: said(id),
          remedy: meant(id, known, 'declare it, or correct the id'),
        }),
      ];

const duplicates: Rule = ({ entries, landscape }) => {
  const first = new Map<string, Entry>();
  const twice = entries.flatMap((entry) => {
    const before = first.get(entry.id);
    if (before === undefined) first.set(entry.id, entry);
    return before === undefined
      ? []
      : [
          problem('duplicate-id', entry.path, {
            expected: 'an id of its own',
            got: `'${entry.id}', which is a ${before.kind} already`,
            remedy: 'rename one of the two',
          }),
        ];
  });
  const promised = entries.flatMap(({ id, path }) => {
    const seen = new Set<string>();
    return (landscape.nodes[id]?.promises ?? []).flatMap((promise, index) => {
      const again = seen.has(promise.id);
      seen.add(promise.id);
      return again
        ? [
            problem('duplicate-promise', [...path, 'promises', index], {
              expected: 'one promise for an objective and a window',
              got: `'${promise.id}' again`,
              remedy: 'remove one of them, change its window, or give it a name',
            }),
          ]
        : [];
    });
  });
  return [...twice, ...promised];
};

const needs: Rule = ({ entries, nodeIds }) =>
  entries.flatMap((entry) =>
    expressionsOf(entry)
      .flatMap(({ named }) => named)
      .flatMap(({ id, path }) =>
        id === entry.id
          ? [
              problem('self-need', path, {
                expected: 'something else',
                got: `'${id}' itself`,
                remedy: 'remove it, or name what was meant',
              }),
            ]
          : dangling({ code: 'dangling-need', path, id, what: 'the id of something declared' }, nodeIds),
      ),
  );

const grounds = { site: 'sites', cluster: 'clusters', host: 'hosts' } as const;
/** What each kind may stand on; of these exactly one. */
const standsOn: Partial<Record<Entry['kind'], readonly (keyof typeof grounds)[]>> = {
  cluster: ['site'],
  host: ['site', 'cluster'],
  component: ['site', 'cluster', 'host'],
};

const places: Rule = ({ entries, ids }) =>
  entries.flatMap(({ kind, path, written }) => {
    const allowed = standsOn[kind];
    if (allowed === undefined) return [];
    const given = allowed.flatMap((on) => {
      // Safe: reads one of three optional texts; a kind that lacks the field gives undefined.
      const id = (written as Partial<Record<keyof typeof grounds, string>>)[on];
      return id === undefined ? [] : [{ on, id }];
    });
    const wrong = given.flatMap(({ on, id }) =>
      dangling({ code: 'dangling-place', path: [...path, on], id, what: `the id of a ${on}` }, ids(grounds[on])),
    );
    if (given.length === 1) return wrong;
    const said =
      given.length === 0
        ? 'none'
        : list(
            given.map(({ on }) => on),
            'and',
          );
    const expected = `exactly one of ${list(allowed)}`;
    return [
      ...wrong,
      problem('one-place', path, { expected, got: said, remedy: 'say the one thing it stands on directly' }),
    ];
  });

const vantageIds = ({ input, ids }: Context): ReadonlySet<string> =>
  // A malformed site may well have a vantage: it is not called dangling.
  new Set([...ids('sites')].filter((id) => input.sites?.[id] === undefined || input.sites[id].vantage !== undefined));

const others: Rule = (context) => {
  const { entries, checks, input, ids, nodeIds } = context;
  const vantages = vantageIds(context);
  return [
    ...entries.flatMap(({ path, written: { owner } }) =>
      owner === undefined
        ? []
        : dangling(
            { code: 'dangling-team', path: [...path, 'owner'], id: owner, what: 'the id of a team' },
            ids('teams'),
          ),
    ),
    ...checks.flatMap(({ path, written }) =>
      (written.vantages ?? []).flatMap((id, index) =>
        dangling(
          { code: 'dangling-vantage', path: [...path, 'vantages', index], id, what: 'a site with a vantage' },
          vantages,
        ),
      ),
    ),
    ...Object.entries(input.workflows ?? {}).flatMap(([workflow, { usedAt }]) =>
      usedAt.flatMap((id, index) =>
        dangling(
          {
            code: 'dangling-site-of-use',
            path: ['workflows', workflow, 'usedAt', index],
            id,
            what: 'the id of a site',
          },
          ids('sites'),
        ),
      ),
    ),
    ...Object.entries(input.sites ?? {}).flatMap(([site, { routes = {} }]) =>
      Object.keys(routes).flatMap((id) =>
        dangling(
          { code: 'dangling-route', path: ['sites', site, 'routes', id], id, what: 'the id of another site' },
          new Set([...ids('sites')].filter((other) => other !== site)),
        ),
      ),
    ),
    ...Object.entries(input.serviceWindows ?? {}).flatMap(([window, { nodes }]) =>
      nodes.flatMap((id, index) =>
        dangling(
          {
            code: 'dangling-window-node',
            path: ['serviceWindows', window, 'nodes', index],
            id,
            what: 'the id of something declared',
          },
          nodeIds,
        ),
      ),
    ),
    ...entries.flatMap(({ path, written: { was = [] } }) =>
      was.flatMap((id, index) =>
        nodeIds.has(id)
          ? [
              problem('was-alive', [...path, 'was', index], {
                expected: 'an id that is no longer used',
                got: `'${id}', which is declared`,
                remedy: 'remove it, or rename what took over the id',
              }),
            ]
          : [],
      ),
    ),
  ];
};

/** What names something names something that is there. */
export const references: readonly Rule[] = [duplicates, needs, places, others];
