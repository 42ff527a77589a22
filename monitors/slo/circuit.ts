import { graphOf } from '../../infra/landscape/graph.ts';
import { type Expression, type Landscape, type NodeId, type StreamId, streamOf } from '../../infra/landscape/model.ts';
import { unwatchedLeaf } from '../judge/state.ts';
import {
  createAtLeast,
  createKleene,
  createMajority,
  createPlane,
  join,
  type Kleene,
  meet,
  type Plane,
  type Reading,
  type Slices,
  type Span,
  setGood,
  settlePlanes,
} from './planes.ts';

/** One day of all streams. `simulated` holds the minutes of a stream that were; most have none. */
export type Source = Slices & { readonly simulated: ReadonlyMap<number, Plane> };

/** One node, judged 32 minutes at a time. Its planes are overwritten by every run. */
export type Gate = {
  readonly index: number;
  readonly node: NodeId;
  readonly state: Kleene;
  readonly simulated: Plane;
  /** The gates it rests on directly: they run before it. */
  readonly below: readonly Gate[];
  /** The streams of its own state checks. */
  readonly streams: readonly number[];
  /** Whether it rests on any unknown slice in the words of the last run. */
  readonly unsure: () => boolean;
  /** Whether it was good all day in the last run. */
  readonly plain: () => boolean;
  /** *told* must run first: without an unknown slice the other readings say the same, and are passed over. */
  readonly run: (source: Source, span: Span, reading: Reading) => void;
};

export type Circuit = {
  /** Every stream that can enter a state, in the order of its number. */
  readonly streams: readonly StreamId[];
  /** In the order in which they must run. */
  readonly gates: readonly Gate[];
  readonly gateOf: ReadonlyMap<NodeId, Gate>;
  /** Of the votes that were asked for beside the nodes, by their names. */
  readonly voteOf: ReadonlyMap<string, Gate>;
};

/** A majority of streams that judges no node: what a promise of a latency rests on. */
export type Vote = { readonly name: string; readonly node: NodeId; readonly streams: readonly StreamId[] };

/** What a need comes to. `plain` says that it is good all day and need not be read. */
type Wire = { readonly value: Kleene; readonly plain: () => boolean; readonly run: (span: Span) => void };
type Own = ReturnType<typeof createMajority> & { readonly roundTrip: boolean };

const nothing = (): void => {};

/** The verdicts of a node's own state checks by rule 1, and the streams they rest on. */
const ownChecks = (landscape: Landscape, id: NodeId, number: (stream: StreamId) => number) => {
  const own: Own[] = [];
  const streams: number[] = [];
  for (const name of landscape.nodes[id]?.checks ?? []) {
    const check = landscape.checks[name];
    if (check?.judges !== true) continue;
    const mine = check.vantages
      .filter((vantage) => landscape.vantages[vantage] !== undefined)
      .map((vantage) => number(streamOf(check.id, vantage)));
    const vote = createMajority(mine);
    streams.push(...mine);
    own.push({ ...vote, roundTrip: check.depth === 'transaction' });
  }
  return { own, streams };
};

/** Planes every gate uses for itself alone while it runs. */
const createScratch = () => ({ inferred: createKleene(), observed: createKleene(), roundTrip: createPlane() });

type Rests = { readonly needs: readonly Wire[]; readonly own: readonly Own[]; readonly leaf: boolean };

/** Sets the state of one gate from those it rests on. */
const createRun = (state: Kleene, { needs, own, leaf }: Rests, scratch: ReturnType<typeof createScratch>) => {
  const { observed, roundTrip } = scratch;
  const inferred = own.length === 0 ? state : scratch.inferred;
  let plain = false;
  const infer = (span: Span): void => {
    inferred.good.fill(leaf ? 0 : 0xffffffff, span.from, span.to);
    inferred.bad.fill(0, span.from, span.to);
    for (const need of needs) {
      if (need.plain()) continue;
      need.run(span);
      meet(inferred, need.value, span);
    }
  };
  const observe = (span: Span): void => {
    observed.good.fill(0xffffffff, span.from, span.to);
    observed.bad.fill(0, span.from, span.to);
    roundTrip.fill(0, span.from, span.to);
    for (const check of own) {
      if (!check.plain()) meet(observed, check.into, span);
      if (check.roundTrip) join(roundTrip, check.into.good, span);
    }
  };
  /** Answers whether an own slice was unknown. */
  const run = (source: Source, span: Span, reading: Reading): boolean => {
    let lost = false;
    for (const check of own) lost = check.run(source, span, reading) || lost;
    const wasPlain = plain;
    plain = !leaf && needs.every((need) => need.plain()) && own.every((check) => check.plain());
    if (plain && !wasPlain) setGood(state);
    if (plain) return false;
    infer(span);
    if (own.length === 0) return false;
    observe(span);
    settlePlanes(state, { inferred, observed, roundTrip }, span);
    return lost;
  };
  return { run, plain: () => plain };
};

/** A gate of its own state and memory, given what it rests on. */
const createGate = (
  of: Pick<Gate, 'index' | 'node' | 'below' | 'streams'>,
  rests: Rests,
  scratch: ReturnType<typeof createScratch>,
): Gate => {
  const state = createKleene();
  const judge = createRun(state, rests, scratch);
  let unsure = false;
  const run: Gate['run'] = (source, span, reading) => {
    if (reading !== 'told' && !unsure) return;
    unsure = judge.run(source, span, reading) || of.below.some((gate) => gate.unsure());
  };
  return { ...of, state, simulated: createPlane(), unsure: () => unsure, plain: judge.plain, run };
};

/**
 * The landscape seen from nowhere in particular as a circuit of gates. It walks the needs in the order `statesOf` walks
 * them, so that a node in a circle of needs comes out the same: what is still open is unknown to what asks for it.
 */
export const createCircuit = (landscape: Landscape, votes: readonly Vote[] = []): Circuit => {
  const { nodes, breaks } = graphOf(landscape, null);
  const graph = { nodes, breaks, site: null };
  const [numbers, gateOf] = [new Map<StreamId, number>(), new Map<NodeId, Gate>()];
  const gates: Gate[] = [];
  const open = new Set<NodeId>();
  const scratch = createScratch();
  const unknown: Wire = { value: createKleene(), plain: () => false, run: nothing };
  const number = (stream: StreamId): number => {
    const known = numbers.get(stream) ?? numbers.size;
    numbers.set(stream, known);
    return known;
  };
  const wireOf = (expression: Expression, below: Set<Gate>): Wire => {
    if ('node' in expression) {
      const gate = build(expression.node);
      if (gate === null) return unknown;
      below.add(gate);
      return { value: gate.state, plain: gate.plain, run: nothing };
    }
    const choices = expression.of.map((choice) => wireOf(choice, below));
    const gate = createAtLeast(
      expression.atLeast,
      choices.map(({ value }) => value),
    );
    return {
      value: gate.into,
      plain: () => choices.filter((choice) => choice.plain()).length >= expression.atLeast,
      run: (span) => {
        for (const choice of choices) choice.run(span);
        gate.run(span);
      },
    };
  };
  const build = (id: NodeId): Gate | null => {
    const known = gateOf.get(id);
    if (known !== undefined || nodes[id] === undefined || open.has(id)) return known ?? null;
    open.add(id);
    const below = new Set<Gate>();
    const needs = (breaks.get(id) ?? []).map((need) => wireOf(need, below));
    open.delete(id);
    const { own, streams } = ownChecks(landscape, id, number);
    const rests = { needs, own, leaf: unwatchedLeaf(landscape, graph, id) };
    const gate = createGate({ index: gates.length, node: id, below: [...below], streams }, rests, scratch);
    gates.push(gate);
    gateOf.set(id, gate);
    return gate;
  };
  for (const id of Object.keys(nodes)) build(id);
  const voteOf = new Map<string, Gate>();
  for (const { name, node, streams } of votes) {
    const mine = streams.map(number);
    const own = [{ ...createMajority(mine), roundTrip: false }];
    const at = { index: gates.length, node, below: [], streams: mine };
    const gate = createGate(at, { needs: [], own, leaf: false }, scratch);
    gates.push(gate);
    voteOf.set(name, gate);
  }
  return { streams: [...numbers.keys()], gates, gateOf, voteOf };
};

/** Everything the gates rest on, themselves included, in the order in which it must run. */
export const coneOfGates = (tops: readonly Gate[]): readonly Gate[] => {
  const cone = new Set<Gate>(tops);
  for (const gate of cone) for (const under of gate.below) cone.add(under);
  return [...cone].sort((a, b) => a.index - b.index);
};

export const runGates = (gates: readonly Gate[], source: Source, at: { span: Span; reading: Reading }): void => {
  for (const gate of gates) gate.run(source, at.span, at.reading);
};

/** Which minutes of each gate rest on anything simulated. */
export const markSimulated = (gates: readonly Gate[], { simulated }: Source, span: Span): void => {
  for (const gate of gates) {
    gate.simulated.fill(0, span.from, span.to);
    if (simulated.size === 0) continue;
    for (const under of gate.below) join(gate.simulated, under.simulated, span);
    for (const stream of gate.streams) {
      const plane = simulated.get(stream);
      if (plane !== undefined) join(gate.simulated, plane, span);
    }
  }
};

/** The first minute in which any state check under each gate was watched, by its index; Infinity while none is. */
export const firstWatched = (gates: readonly Gate[], since: ArrayLike<number>): Float64Array => {
  const first = new Float64Array(gates.length).fill(Number.POSITIVE_INFINITY);
  for (const { index, below, streams } of gates)
    first[index] = Math.min(
      ...below.map((gate) => first[gate.index] ?? Number.POSITIVE_INFINITY),
      ...streams.map((stream) => since[stream] ?? Number.POSITIVE_INFINITY),
    );
  return first;
};
