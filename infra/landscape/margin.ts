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

/** A family prepared for joining: its sets by size, and the larger ones by what they contain. */
type Indexed = {
  readonly sets: Family;
  readonly bySize: readonly (readonly Packed[])[];
  readonly having: ReadonlyMap<number, readonly Packed[]>;
};
const indexed = (sets: Family): Indexed => {
  const bySize: Packed[][] = [[], [], [], []];
  const having = new Map<number, Packed[]>();
  for (const packed of sets) {
    const events = unpack(packed);
    bySize[events.length]?.push(packed);
    if (events.length < 2) continue;
    for (const event of events) {
      const among = having.get(event);
      if (among === undefined) having.set(event, [packed]);
      else among.push(packed);
    }
  }
  return { sets, bySize, having };
};

/** The sets of a family whose union with `before` may have at most `order` events: small ones, and ones that share an event. */
const joinable = function* (before: Packed, { bySize, having }: Indexed, order: number): Generator<Packed> {
  const events = unpack(before);
  const room = order - events.length;
  for (let size = 0; size <= room; size += 1) yield* bySize[size] ?? [];
  if (room < 1) for (const event of events) yield event;
  for (const event of events) for (const packed of having.get(event) ?? []) yield packed;
};

/** Basic events get their numbers as they are met, so that a small part of a large estate costs what the part costs. */
const createEvents = (graph: Graph, level: Level, failed: ReadonlySet<NodeId>) => {
  const names: NodeId[] = [];
  return {
    failed,
    names,
    numberOf: (id: NodeId): number | null => {
      if (graph.nodes[id]?.kind !== level || id === graph.site) return null;
      const number = names.push(id);
      if (number >= base) throw new RangeError(`at most ${base - 1} nodes a level can be counted under one node`);
      return number;
    },
  };
};

/**
 * All minimal cut sets of a node with at most `order` events, bottom-up. Exact: a minimal cut of that size is a union
 * of minimal cuts of its parts that are no larger (Fussell and Vesely's method, truncated).
 */
const cutSets = (graph: Graph, top: NodeId, events: ReturnType<typeof createEvents>, order: number): Family => {
  const known = new Map<NodeId, Indexed>();
  const open = new Set<NodeId>();
  const nothing = indexed(new Set());
  const certain = indexed(new Set([always]));

  const ofExpression = (expression: Expression): Indexed => {
    if ('node' in expression) return ofNode(expression.node);
    const toFail = expression.of.length - expression.atLeast + 1;
    if (toFail <= 0) return certain;
    if (expression.atLeast <= 0) return nothing;
    // failing[j] holds the sets that make at least j of the choices seen so far fail. From the top down each choice is
    // counted once and in place; what a later choice makes redundant is dropped at the end, or wide choices would cost a minute.
    const failing = Array.from({ length: toFail + 1 }, (_, j) => new Set<Packed>(j === 0 ? [always] : []));
    for (const choice of expression.of) {
      const breaking = ofExpression(choice);
      for (let j = toFail; j > 0; j -= 1) {
        const counted = failing[j] ?? new Set<Packed>();
        for (const before of failing[j - 1] ?? [])
          for (const now of joinable(before, breaking, order)) {
            if (!breaking.sets.has(now)) continue;
            const joined = join(before, now, order);
            if (joined !== null && !covered(joined, counted)) counted.add(joined);
          }
      }
    }
    return indexed(minimal(failing[toFail] ?? new Set()));
  };
  const ofNode = (id: NodeId): Indexed => {
    const before = known.get(id);
    if (before !== undefined) return before;
    if (events.failed.has(id)) return certain;
    // A circle among `breaks` is a finding of validate; here its way back adds nothing.
    if (open.has(id)) return nothing;
    open.add(id);
    const own = events.numberOf(id);
    const sets = new Set<Packed>(own === null ? [] : [own]);
    for (const expression of graph.breaks.get(id) ?? [])
      for (const packed of ofExpression(expression).sets) sets.add(packed);
    open.delete(id);
    const family = indexed(minimal(sets));
    known.set(id, family);
    return family;
  };
  return ofNode(top).sets;
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
  for (let order = 1; order <= furthest; order += 1) {
    const events = createEvents(graph, given.level, given.failed);
    const family = cutSets(graph, top, events, order);
    if (family.has(always)) return { order: 0, sets: [] };
    if (family.size > 0) {
      const sets = [...family].map((packed) => unpack(packed).map((event) => events.names[event - 1] ?? ''));
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
