import type { Path, Problem } from '../findings.ts';
import type { Check, CheckId, Landscape, NodeId, NodeKind } from '../model.ts';
import { checkIdOf, sections } from '../names.ts';
import { sectionsOf, type Written } from '../normalise.ts';
import type { CheckInput, ExpressionInput, LandscapeInput, NeedInput } from '../schema.ts';
import { valueAt } from './say.ts';

/** A node as it was written. */
export type Entry = {
  readonly kind: NodeKind;
  readonly id: NodeId;
  readonly path: Path;
  readonly written: Written;
};
export type WrittenCheck = {
  readonly entry: Entry;
  readonly path: Path;
  readonly written: CheckInput;
  readonly check: Check;
};
/** A place where an expression names a node, or chooses among several. */
export type Named = { readonly id: NodeId; readonly path: Path };
export type Choice = { readonly atLeast: number; readonly of: readonly ExpressionInput[]; readonly path: Path };

export type Context = {
  readonly input: LandscapeInput;
  readonly landscape: Landscape;
  readonly entries: readonly Entry[];
  readonly checks: readonly WrittenCheck[];
  /** The ids of a section as written, those of malformed entries too. */
  readonly ids: (section: string) => ReadonlySet<string>;
  readonly nodeIds: ReadonlySet<NodeId>;
  /** `node/check` as written, malformed ones too. */
  readonly checkIds: ReadonlySet<CheckId>;
};
export type Rule = (context: Context) => readonly Problem[];

const keysOf = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

/** `raw` is what was written before anything malformed was left out of `input`. */
export const createContext = (input: LandscapeInput, landscape: Landscape, raw: unknown): Context => {
  const entries = sectionsOf(input).flatMap(([kind, section]) =>
    Object.entries(section).map(([id, written]) => ({ kind, id, path: [sections[kind], id], written })),
  );
  const checks = entries.flatMap((entry) =>
    Object.entries(entry.written.checks ?? {}).flatMap(([name, written]) => {
      const check = landscape.checks[checkIdOf(entry.id, name)];
      return check === undefined ? [] : [{ entry, path: [...entry.path, 'checks', name], written, check }];
    }),
  );
  const ids = (section: string) => new Set(keysOf(valueAt(raw, [section])));
  return {
    input,
    landscape,
    entries,
    checks,
    ids,
    nodeIds: new Set(Object.values(sections).flatMap((one) => [...ids(one)])),
    checkIds: new Set(
      Object.values(sections).flatMap((one) =>
        [...ids(one)].flatMap((id) => keysOf(valueAt(raw, [one, id, 'checks'])).map((name) => checkIdOf(id, name))),
      ),
    ),
  };
};

/** Every node and every choice an expression names, with where it stands. */
export const walk = (
  expression: ExpressionInput,
  path: Path,
): { named: readonly Named[]; choices: readonly Choice[] } => {
  if (typeof expression === 'string') return { named: [{ id: expression, path }], choices: [] };
  const inner = expression.of.map((one, index) => walk(one, [...path, 'of', index]));
  return {
    named: inner.flatMap(({ named }) => named),
    choices: [{ ...expression, path }, ...inner.flatMap(({ choices }) => choices)],
  };
};

const walkNeed = (need: NeedInput, path: Path) =>
  typeof need === 'object' && 'on' in need ? walk(need.on, [...path, 'on']) : walk(need, path);

/** The expressions of an entry: its needs, and for sites the routes. */
export const expressionsOf = ({ written, path }: Entry) => [
  ...(written.needs ?? []).map((need, index) => walkNeed(need, [...path, 'needs', index])),
  ...('routes' in written
    ? Object.entries(written.routes ?? {}).map(([to, route]) => walk(route, [...path, 'routes', to]))
    : []),
];
