import fc from 'fast-check';
import { alertingOf } from '../../../infra/landscape/alerting.ts';
import {
  type Check,
  type Expression,
  type Landscape,
  type Node,
  type NodeId,
  type Promised,
  type StreamId,
  streamOf,
} from '../../../infra/landscape/model.ts';
import { promisedOf } from '../../../infra/landscape/promise.ts';
import { breaks, checkOf, nodeOf as node, titled } from '../../../infra/landscape/testing/landscapes.ts';
import { type Day, type DayPlanes, minutesPerDay, type Slice, wordsPerDay } from '../../history/history.ts';

export { breaks, nodeOf as node } from '../../../infra/landscape/testing/landscapes.ts';
/** As `checkOf`, of a front that is looked at every half minute. */
export const check = (id: string, more: Partial<Check> = {}): Check =>
  checkOf(id, {
    kind: 'http',
    depth: 'protocol',
    target: { text: 'https://example.example' },
    intervalMs: 30_000,
    timeoutMs: 5_000,
    ...more,
  });
export const promised = (of: NodeId, objective: number, more: Partial<Promised> = {}): Promised => ({
  ...promisedOf(of, { objective, window: '30d' }, 'Europe/Copenhagen'),
  ...more,
});
export const rolling = (ms: number): Promised['span'] => ({ kind: 'rolling', ms });
export const vantageNames = ['north', 'south', 'ward'];
export const landscapeOf = (nodes: readonly Node[], checks: readonly Check[]): Landscape => ({
  authority: { title: titled('Region'), zone: 'Europe/Copenhagen', trust: [], testPatients: {}, ...alertingOf({}) },
  teams: {},
  vantages: Object.fromEntries(
    vantageNames.map((id) => [
      id,
      { id, source: null, resolver: null, anchors: [], anchorIntervalMs: 10_000, anchorTimeoutMs: 2_000, agent: null },
    ]),
  ),
  nodes: Object.fromEntries(nodes.map((one) => [one.id, one])),
  checks: Object.fromEntries(checks.map((one) => [one.id, one])),
  windows: [],
});

/** A small generator of its own: one seed, one estate, one weather. */
export const createDice = (seed: number) => {
  let state = seed >>> 0;
  const roll = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  return roll;
};
type Dice = ReturnType<typeof createDice>;

const expressionOf = (pick: () => NodeId, depth: number, roll: Dice): Expression => {
  if (depth === 0 || roll(3) === 0) return { node: pick() };
  const of = Array.from({ length: 1 + roll(4) }, () => expressionOf(pick, depth - 1, roll));
  return { atLeast: roll(of.length + 2), of };
};
const checksOf = (id: NodeId, roll: Dice): readonly Check[] =>
  Array.from({ length: roll(3) }, (_, index) =>
    check(`${id}/c${index}`, {
      depth: roll(3) === 0 ? 'transaction' : 'protocol',
      judges: roll(6) !== 0,
      vantages: [...vantageNames, 'nowhere'].filter(() => roll(2) === 0),
    }),
  );

/** Any mixture of fault domains, shared components, nested choices, checks of all sorts; in a circle now and then if asked. */
export const randomEstate = (seed: number, circles: boolean): Landscape => {
  const roll = createDice(seed);
  const size = 2 + roll(9);
  const checks: Check[] = [];
  const nodes = Array.from({ length: size }, (_, index): Node => {
    const id = `n${index}`;
    const below = circles ? size : index;
    const pick = (): NodeId => (roll(12) === 0 ? 'missing' : `n${roll(below)}`);
    const kind = (['component', 'component', 'host', 'site', 'solution'] as const)[roll(5)] ?? 'component';
    const own = checksOf(id, roll);
    checks.push(...own);
    return node(id, kind, {
      needs: below === 0 ? [] : breaks(...Array.from({ length: roll(3) }, () => expressionOf(pick, 2, roll))),
      standsOn: below > 0 && roll(4) === 0 ? `n${roll(below)}` : null,
      checks: [...own.map((one) => one.id), ...(roll(15) === 0 ? [`${id}/gone`] : [])],
      promises: [promised(id, 90 + roll(10))],
    });
  });
  // Circles and the order of judging depend on the order of declaration: it is shuffled.
  return landscapeOf(
    nodes
      .map((one) => ({ one, at: roll(1000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one),
    checks,
  );
};

export const streamsIn = (landscape: Landscape): readonly StreamId[] =>
  Object.values(landscape.checks).flatMap((one) => one.vantages.map((vantage) => streamOf(one.id, vantage)));

export const planesOf = (
  day: Day,
  slices: readonly Slice[],
  provenance: DayPlanes['provenance'] = 'measured',
): DayPlanes => {
  const planes = { day, provenance, low: new Uint32Array(wordsPerDay), high: new Uint32Array(wordsPerDay) };
  for (const [minute, one] of slices.entries()) {
    const [word, bit] = [minute >>> 5, minute & 31];
    planes.low[word] = (planes.low[word] ?? 0) | ((one & 1) << bit);
    planes.high[word] = (planes.high[word] ?? 0) | ((one >>> 1) << bit);
  }
  return planes;
};
export const sliceIn = ({ low, high }: DayPlanes, minute: number): Slice => {
  const bit = (plane: Uint32Array): number => ((plane[minute >>> 5] ?? 0) >>> (minute & 31)) & 1;
  const value = bit(low) + 2 * bit(high);
  if (value === 0 || value === 1 || value === 2 || value === 3) return value;
  throw new Error(`expected two bits, got ${value}`);
};

/** A day of one stream: good throughout now and then, else it begins somewhere or never, with weather in runs of some minutes. */
export const randomDay = (seed: number): readonly Slice[] => {
  const roll = createDice(seed);
  if (roll(3) === 0) return Array.from({ length: minutesPerDay }, () => 1 as const);
  const begins = [0, 0, roll(minutesPerDay), minutesPerDay][roll(4)] ?? 0;
  const slices: Slice[] = [];
  while (slices.length < minutesPerDay) {
    const value = ([1, 1, 1, 2, 3] as const)[roll(5)] ?? 1;
    for (let length = 1 + roll(40); length > 0; length -= 1) slices.push(slices.length < begins ? 0 : value);
  }
  return slices.slice(0, minutesPerDay);
};

export const seeds = fc.integer({ min: 1, max: 2 ** 31 });
