import type { NodeId, SiteId } from '../../infra/landscape/model.ts';
import { shareOf } from './looks.ts';
import type { Tone } from './marks.ts';
import type { Trouble } from './troubles.ts';
import { causesOf, isImpact } from './troubles.ts';
import { namesText, nodeIn, sitesText, type View } from './view.ts';

/** The one sentence of the whole, and a few short ones beside it. */
export type Lead = { readonly tone: Tone; readonly sentence: string; readonly beside: readonly string[] };

type Place = { readonly workflow: NodeId; readonly site: SiteId };

const about = (view: View, places: readonly Place[]) => {
  const workflows = [...new Set(places.map(({ workflow }) => workflow))];
  const sites = [...new Set(places.map(({ site }) => site))];
  const whole = workflows.every((id) =>
    nodeIn(view, id)?.usedAt.every((site) => places.some((at) => at.workflow === id && at.site === site)),
  );
  // All sites are said only of workflows that are so at each of theirs: two with a site each are not two at both.
  const where = (all?: (n: number) => string) =>
    whole ? sitesText(view, workflows, sites, all) : namesText(view, sites);
  return { what: namesText(view, workflows), where, several: workflows.length > 1 };
};

/** Solutions and components that are not good although no workflow shows it: redundancy hides them, the sentence must not. */
const partsOf = (view: View) => {
  const parts = Object.values(view.landscape.nodes).filter(({ kind }) => kind !== 'workflow');
  const shares = parts.map(({ id }) => ({ id, share: shareOf(view, id) }));
  const named = (wanted: string) => shares.filter(({ share }) => share === wanted).map(({ id }) => id);
  return { bad: named('bad'), unknown: named('unknown'), partly: named('partly') };
};

/** The parts by name, a short sentence for each way not to be good. */
const partsBeside = (view: View, { bad, unknown, partly }: ReturnType<typeof partsOf>): readonly string[] => {
  const { lead } = view.voice.words;
  const told = [
    { ids: bad, say: lead.badParts },
    { ids: unknown, say: lead.unknownParts },
    { ids: partly, say: lead.partlyParts },
  ];
  return told.flatMap(({ ids, say }) => (ids.length === 0 ? [] : [say(namesText(view, ids), ids.length > 1)]));
};

/** A thing that needs attention is a cause, not each of the places it shows; with when the first may hit. */
const attentionOf = (view: View, troubles: readonly Trouble[]) => {
  const { voice } = view;
  const { lead } = voice.words;
  const warnings = troubles.filter(({ about: warning }) => !isImpact(warning));
  const count = (of: readonly Trouble[]) => new Set(of.map((trouble) => causesOf(trouble))).size;
  const soonest = (of: readonly Trouble[]): readonly string[] => {
    const etas = of.flatMap(({ about: warning }) =>
      isImpact(warning) || warning.eta === null ? [] : [warning.eta.at],
    );
    return etas.length === 0 ? [] : [lead.soonest(voice.duration(Math.min(...etas) - voice.now))];
  };
  const also = (of: readonly Trouble[]) => (of.length === 0 ? [] : [lead.alsoWarn(count(of)), ...soonest(of)]);
  return { warnings, count: count(warnings), soonest: soonest(warnings), also };
};

const factsOf = (view: View, troubles: readonly Trouble[]) => {
  const { picture } = view;
  const inState = (state: string): readonly Place[] => picture.workflows.filter((at) => at.state.state === state);
  const impactsThat = (end: boolean) =>
    troubles.flatMap((trouble) => (isImpact(trouble.about) && trouble.ending === end ? [trouble.about] : []));
  const hit = [...inState('bad'), ...impactsThat(false)];
  const isHit = ({ workflow, site }: Place) => hit.some((at) => at.workflow === workflow && at.site === site);
  const parts = partsOf(view);
  return {
    view,
    said: view.voice.words.lead,
    hit,
    unseen: inState('unknown').filter((place) => !isHit(place)),
    again: impactsThat(true),
    blind: picture.vantages.filter(({ state }) => state !== 'connected').length,
    causes: new Set(troubles.filter((trouble) => isImpact(trouble.about)).map(causesOf)),
    attention: attentionOf(view, troubles),
    parts,
    beside: partsBeside(view, parts),
  };
};
/** What may be said of the whole; null where it is not so. */
type Saying = (facts: ReturnType<typeof factsOf>) => Lead | null;

const broken: Saying = ({ view, said, hit, unseen, causes, attention }) => {
  if (hit.length === 0) return null;
  const { what, where, several } = about(view, hit);
  const dark = new Set(unseen.map(({ workflow }) => workflow)).size;
  const others = attention.warnings.filter((trouble) => !causes.has(causesOf(trouble)));
  const beside = [...(dark === 0 ? [] : [said.alsoUnknown(dark)]), ...attention.also(others)];
  return { tone: 'bad', sentence: said.bad(what, where(view.voice.words.noSites), several), beside };
};
const empty: Saying = ({ view, said, attention: { also, warnings } }) =>
  view.picture.workflows.length > 0 ? null : { tone: 'unknown', sentence: said.empty, beside: also(warnings) };
const unseen: Saying = ({ view, said, unseen: places, parts, attention: { also, warnings } }) => {
  if (places.length === 0) return null;
  const { what, where, several } = about(view, places);
  const beside = [...partsBeside(view, { ...parts, unknown: [] }), ...also(warnings)];
  return { tone: 'unknown', sentence: said.unknown(what, where(), several), beside };
};
const worksAgain: Saying = ({ view, said, again, beside, attention: { also, warnings } }) => {
  if (again.length === 0) return null;
  const { what, where, several } = about(view, again);
  return { tone: 'warn', sentence: said.again(what, where(), several), beside: [...beside, ...also(warnings)] };
};
const halfBlind: Saying = ({ said, blind, beside, attention: { also, warnings } }) =>
  blind === 0 ? null : { tone: 'warn', sentence: said.halfBlind(blind), beside: [...beside, ...also(warnings)] };
const notRecording: Saying = ({ view, said, beside, attention: { also, warnings } }) => {
  if (view.picture.recording.state === 'recording') return null;
  const others = warnings.filter(({ rule }) => rule !== 'not-recording');
  return { tone: 'warn', sentence: said.notRecording, beside: [...beside, ...also(others)] };
};
const attention: Saying = ({ said, beside, attention: { warnings, count, soonest } }) =>
  warnings.length === 0 ? null : { tone: 'warn', sentence: said.warn(count), beside: [...beside, ...soonest] };
const brokenParts: Saying = ({ said, beside, parts: { bad, unknown, partly } }) =>
  beside.length === 0
    ? null
    : { tone: 'warn', sentence: said.parts(bad.length, unknown.length, partly.length), beside };

/** The worst first. */
const sayings = [broken, empty, unseen, worksAgain, halfBlind, notRecording, attention, brokenParts];

/** Good is said last, and only when nothing at all speaks against it. */
export const leadOf = (view: View, troubles: readonly Trouble[]): Lead => {
  const facts = factsOf(view, troubles);
  for (const say of sayings) {
    const lead = say(facts);
    if (lead !== null) return lead;
  }
  return { tone: 'good', sentence: facts.said.good, beside: [] };
};
