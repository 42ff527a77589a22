import type { Graph } from './graph.ts';
import type { Expression, Level, NodeId } from './model.ts';

/** Sets of up to this many further failures are looked for; a count of one more says *beyond*. */
export const furthest = 3;

/** A set of at most three events, packed: three 17-bit numbers in ascending order from the low end, 0 for none. */
type Packed = number;
type Family = ReadonlySet<Packed>;
const base = 2 ** 17;
const always: Packed = 0;

const unpack = (packed: Packed): number[] => {
  const events: number[] = [];
  for (let rest = packed; rest > 0; rest = Math.floor(rest / base)) events.push(rest % base);
  return events;
};
const pack = (events: readonly number[]): Packed => events.reduceRight((packed, event) => packed * base + event, 0);

/** The union of two packed sets; null when it is larger than `order`. */
const join = (one: Packed, other: Packed, order: number): Packed | null => {
  if (one === always || one === other) return other;
  if (other === always) return one;
  const events = [...new Set([...unpack(one), ...unpack(other)])].sort((a, b) => a - b);
  return events.length > order ? null : pack(events);
};

/** Whether a proper subset is already there: with at most three events every one can be looked up. */
const covered = (packed: Packed, sets: Family): boolean => {
  if (packed === always) return false;
  if (sets.has(always)) return true;
  const events = unpack(packed);
  if (events.length === 1) return false;
  if (events.some((event) => sets.has(event))) return true;
  return events.length > 2 && events.some((event) => sets.has(pack(events.filter((other) => other !== event))));
};

/** Keeps the minimal sets. */
const minimal = (sets: Family): Family => new Set([...sets].filter((packed) => !covered(packed, sets)));

/**
 * All minimal cut sets of a node with at most `order` events, bottom-up. Exact: a minimal cut of that size is a union
 * of minimal cuts of its parts that are no larger (Fussell and Vesely's method, truncated).
 */
const cutSets = (
  graph: Graph,
  top: NodeId,
  events: { readonly numberOf: ReadonlyMap<NodeId, number>; readonly failed: ReadonlySet<NodeId> },
  order: number,
): Family => {
  const known = new Map<NodeId, Family>();
  const open = new Set<NodeId>();
  const ofExpression = (expression: Expression): Family => {
    if ('node' in expression) return ofNode(expression.node);
    const toFail = expression.of.length - expression.atLeast + 1;
    if (toFail <= 0) return new Set([always]);
    if (expression.atLeast <= 0) return new Set();
    // failing[j] holds the sets that make at least j of the choices seen so far fail. From the top down each choice is
    // counted once and in place; what a later choice makes redundant is dropped at the end, or wide choices would cost a minute.
    const failing = Array.from({ length: toFail + 1 }, (_, j) => new Set<Packed>(j === 0 ? [always] : []));
    for (const choice of expression.of) {
      const breaking = ofExpression(choice);
      for (let j = toFail; j > 0; j -= 1)
        for (const before of failing[j - 1] ?? [])
          for (const now of breaking) {
            const joined = join(before, now, order);
            if (joined !== null && !covered(joined, failing[j] ?? new Set())) failing[j]?.add(joined);
          }
    }
    return minimal(failing[toFail] ?? new Set());
  };
  const ofNode = (id: NodeId): Family => {
    const before = known.get(id);
    if (before !== undefined) return before;
    if (events.failed.has(id)) return new Set([always]);
    // A circle among `breaks` is a finding of validate; here its way back adds nothing.
    if (open.has(id)) return new Set();
    open.add(id);
    const own = events.numberOf.get(id);
    const sets = new Set<Packed>(own === undefined ? [] : [own]);
    for (const expression of graph.breaks.get(id) ?? [])
      for (const packed of ofExpression(expression)) sets.add(packed);
    open.delete(id);
    const family = minimal(sets);
    known.set(id, family);
    return family;
  };
  return ofNode(top);
};

export type Fewest = {
  /** 0: broken already; `furthest` + 1: more than are looked for. */
  readonly order: number;
  /** Every set of that many further failures that breaks the node; empty at both ends. */
  readonly sets: readonly (readonly NodeId[])[];
};

/**
 * The exact fewest further failures at one level that break a node, given the nodes that have failed.
 * The graph's own site of use is never counted.
 */
export const fewestFailures = (
  graph: Graph,
  top: NodeId,
  given: { readonly level: Level; readonly failed: ReadonlySet<NodeId> },
): Fewest => {
  const names = Object.values(graph.nodes)
    .filter(({ id, kind }) => kind === given.level && id !== graph.site && !given.failed.has(id))
    .map(({ id }) => id);
  if (names.length >= base)
    throw new RangeError(`at most ${base - 1} nodes a level can be counted, got ${names.length}`);
  const events = { numberOf: new Map(names.map((id, index) => [id, index + 1])), failed: given.failed };
  for (let order = 1; order <= furthest; order += 1) {
    const family = cutSets(graph, top, events, order);
    if (family.has(always)) return { order: 0, sets: [] };
    if (family.size > 0) {
      const sets = [...family].map((packed) => unpack(packed).map((event) => names[event - 1] ?? ''));
      return { order, sets };
    }
  }
  return { order: furthest + 1, sets: [] };
};

export type Interval = { readonly lower: number; readonly upper: number; readonly sets: Fewest['sets'] };

/** Rule 4's interval: unknown counted as failed … as working. The sets are those of the upper end. */
export const marginOf = (
  graph: Graph,
  top: NodeId,
  given: { readonly level: Level; readonly failed: ReadonlySet<NodeId>; readonly unknown: ReadonlySet<NodeId> },
): Interval => {
  const { order: upper, sets } = fewestFailures(graph, top, given);
  const pessimist = { level: given.level, failed: given.failed.union(given.unknown) };
  const lower = given.unknown.size === 0 ? upper : fewestFailures(graph, top, pessimist).order;
  return { lower, upper, sets };
};
