import { alertingOf } from './alerting.ts';
import { parseDuration } from './duration.ts';
import { hoursOf } from './hours.ts';
import { mapped, maybe } from './kinds/kind.ts';
import { kindOf } from './kinds.ts';
import {
  type Check,
  criticalities,
  type Expression,
  type Landscape,
  type Need,
  type Node,
  type NodeId,
  type NodeKind,
  type Signal,
  type TestPatient,
  type Text,
  type Vantage,
  type VantageId,
} from './model.ts';
import { checkIdOf } from './names.ts';
import { promisedOf } from './promise.ts';
import type {
  CheckInput,
  ExpressionInput,
  LandscapeInput,
  NeedInput,
  SignalInput,
  TextInput,
  VantageInput,
} from './schema.ts';
import { targetOf } from './written.ts';

/** Defaults, each stated in schema.ts where it is left out. */
const anchorEvery = '30s';
const anchorWithin = '2s';
const ms = (duration: string): number => {
  const parsed = parseDuration(duration);
  if (parsed === null) throw new RangeError(`expected a duration such as '30s', got '${duration}'`);
  return parsed;
};
const textOf = (text: TextInput): Text => (typeof text === 'string' ? { da: text, en: text } : text);
const expressionOf = (expression: ExpressionInput): Expression =>
  typeof expression === 'string'
    ? { node: expression }
    : { atLeast: expression.atLeast, of: expression.of.map(expressionOf) };
const needOf = (need: NeedInput): Need => {
  if (typeof need === 'string') return { effect: 'breaks', on: { node: need } };
  if ('on' in need) return { effect: need.effect, on: expressionOf(need.on) };
  return { effect: need.effect ?? 'breaks', on: expressionOf({ atLeast: need.atLeast, of: need.of }) };
};

const signalOf = (signal: SignalInput, name: string): Signal => ({
  name,
  title: textOf(signal.title ?? name),
  unit: signal.unit,
  of: signal.of,
  limit: signal.limit ?? null,
  direction: signal.direction ?? 'rising',
  kind: signal.kind ?? 'gauge',
});

type Patients = Landscape['authority']['testPatients'];
const checkOf = (
  check: CheckInput,
  name: string,
  of: { node: NodeId; vantages: readonly VantageId[]; patients: Patients },
): Check => {
  const kind = kindOf(check.kind);
  const options = kind.normal(check, of.patients);
  return {
    id: checkIdOf(of.node, name),
    node: of.node,
    name,
    kind: check.kind,
    depth: check.depth ?? kind.depth(options),
    target: targetOf(check.target),
    intervalMs: ms(check.every),
    timeoutMs: ms(check.within),
    // A set, so that the order of declaring changes no hash and nobody votes twice.
    vantages: [...new Set(check.vantages ?? of.vantages)].sort(),
    options,
    signals: Object.values(mapped(check.signals, signalOf) ?? {}),
    judges: kind.judges,
    runbook: check.runbook ?? null,
    firstAction: maybe(check.firstAction, textOf) ?? null,
  };
};

type Given = { readonly [K in keyof LandscapeInput]-?: NonNullable<LandscapeInput[K]> };
type Section = 'sites' | 'clusters' | 'hosts' | 'components' | 'solutions' | 'workflows';
/** A node of any kind as a person writes it. */
export type Written = Given[Section][string];
/** What the sections do not share, seen as one form: each field is there for some of them. */
type Loose = Written &
  Partial<Given['sites'][string] & Given['components'][string] & Given['workflows'][string]> &
  Partial<Pick<Given['solutions'][string], 'criticality' | 'data'>>;

const nodeOf = (kind: NodeKind, id: NodeId, { written, zone }: { written: Written; zone: string }): Node => {
  // Safe: every field read below is optional in Loose or common to all sections, and schema.ts closes each of them.
  const given = written as Loose;
  return {
    id,
    kind,
    title: textOf(given.title),
    was: given.was ?? [],
    owner: given.owner ?? null,
    criticality: given.criticality ?? null,
    data: given.data ?? null,
    standsOn: given.host ?? given.cluster ?? given.site ?? null,
    needs: (given.needs ?? []).map(needOf),
    checks: Object.keys(given.checks ?? {}).map((name) => checkIdOf(id, name)),
    promises: (given.promises ?? []).map((promise) => promisedOf(id, promise, zone)),
    usedAt: given.usedAt ?? [],
    fallback: maybe(given.fallback, ({ title, bears }) => ({ title: textOf(title), bearsMs: ms(bears) })) ?? null,
    routes: mapped(given.routes, expressionOf) ?? {},
    premises: given.kind ?? null,
    runbook: given.runbook ?? null,
    firstAction: maybe(given.firstAction, textOf) ?? null,
  };
};

const vantageOf = (id: VantageId, vantage: VantageInput): Vantage => {
  const { source, resolver, anchors, ...rest }: Exclude<VantageInput, true> =
    vantage === true ? { anchors: [] } : vantage;
  return {
    id,
    source: source ?? null,
    resolver: resolver ?? null,
    anchors,
    anchorIntervalMs: ms(rest.anchorEvery ?? anchorEvery),
    anchorTimeoutMs: ms(rest.anchorWithin ?? anchorWithin),
    agent:
      maybe(rest.agent, ({ url, token = null, client, trust }) => ({
        url,
        token,
        client: maybe(client, ({ certificate, key }) => ({ certificate: targetOf(certificate), key })) ?? null,
        trust: maybe(trust, targetOf) ?? null,
      })) ?? null,
  };
};

/** Where checks run from when they do not say: near by for what stands in a datacenter, everywhere for what people use. */
const vantagesFor = ({ sites = {}, workflows = {} }: LandscapeInput) => {
  const all = Object.keys(sites).filter((id) => sites[id]?.vantage !== undefined);
  const used = new Set(Object.values(workflows).flatMap(({ usedAt }) => usedAt));
  const datacenters = all.filter((id) => sites[id]?.kind === 'on-premises' && !used.has(id));
  const near = datacenters.length > 0 ? datacenters : all;
  return (kind: NodeKind): readonly VantageId[] => (kind === 'solution' || kind === 'workflow' ? all : near);
};

const named = (expression: ExpressionInput): readonly NodeId[] =>
  typeof expression === 'string' ? [expression] : expression.of.flatMap(named);

/** The solutions a workflow names among its needs, whatever their effect. */
export const solutionsNamed = (input: LandscapeInput, workflow: NodeId): readonly NodeId[] =>
  (input.workflows?.[workflow]?.needs ?? [])
    .flatMap((need) => named(typeof need === 'object' && 'on' in need ? need.on : need))
    .filter((id) => Object.hasOwn(input.solutions ?? {}, id));

const withCriticality = (input: LandscapeInput, node: Node): Node => {
  if (node.kind !== 'workflow' || node.criticality !== null) return node;
  const needed = new Set(solutionsNamed(input, node.id).map((id) => input.solutions?.[id]?.criticality));
  return { ...node, criticality: criticalities.find((criticality) => needed.has(criticality)) ?? 'supporting' };
};

/** The sections that declare nodes, from the ground up. */
export const sectionsOf = (
  input: LandscapeInput,
): readonly (readonly [NodeKind, Readonly<Record<string, Written>>])[] => [
  ['site', input.sites ?? {}],
  ['cluster', input.clusters ?? {}],
  ['host', input.hosts ?? {}],
  ['component', input.components ?? {}],
  ['solution', input.solutions ?? {}],
  ['workflow', input.workflows ?? {}],
];

/** What every other room reads, from what a person wrote. Expects what landscapeSchema accepts. */
export const normalise = (input: LandscapeInput): Landscape => {
  const { authority, sites = {}, teams = {}, serviceWindows = {} } = input;
  const zone = authority.zone;
  const vantages = vantagesFor(input);
  const testPatients =
    mapped(authority.testPatients, ({ identity, approval }, id): TestPatient => ({ id, identity, approval })) ?? {};
  const written = sectionsOf(input).flatMap(([kind, section]) =>
    Object.entries(section).map(([id, one]) => ({ kind, id, written: one })),
  );
  const checks = written.flatMap(({ kind, id, written: { checks: own = {} } }) =>
    Object.entries(own).map(([name, check]) =>
      checkOf(check, name, { node: id, vantages: vantages(kind), patients: testPatients }),
    ),
  );
  return {
    authority: {
      title: textOf(authority.title),
      zone,
      trust: (authority.trust ?? []).map(targetOf),
      testPatients,
      ...alertingOf(authority),
    },
    teams:
      mapped(teams, ({ title, onCall, notify = [] }, id) => ({
        id,
        title: textOf(title),
        onCall: onCall === 'always' ? onCall : hoursOf(onCall, zone),
        notify,
      })) ?? {},
    vantages: Object.fromEntries(
      Object.entries(sites).flatMap(([id, { vantage }]) =>
        vantage === undefined ? [] : [[id, vantageOf(id, vantage)] as const],
      ),
    ),
    nodes: Object.fromEntries(
      written.map(({ kind, id, written: one }) => [
        id,
        withCriticality(input, nodeOf(kind, id, { written: one, zone })),
      ]),
    ),
    checks: Object.fromEntries(checks.map((check) => [check.id, check])),
    windows: Object.entries(serviceWindows).map(([id, { title, nodes, rrule, start, zone: own, lasts }]) => ({
      id,
      title: textOf(title),
      nodes,
      rrule,
      start,
      zone: own ?? zone,
      durationMs: ms(lasts),
    })),
  };
};
