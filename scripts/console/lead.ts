import type { NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Trouble } from './troubles.ts';
import { causesOf, isImpact } from './troubles.ts';
import { namesText, sitesText, type View } from './view.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'unknown';
/** The one sentence of the whole, and at most two short ones beside it. */
export type Lead = { readonly tone: Tone; readonly sentence: string; readonly beside: readonly string[] };

type Place = { readonly workflow: NodeId; readonly site: SiteId };

const about = (view: View, places: readonly Place[]) => {
  const workflows = [...new Set(places.map(({ workflow }) => workflow))];
  const sites = [...new Set(places.map(({ site }) => site))];
  return { what: namesText(view, workflows), where: sitesText(view, workflows, sites), several: workflows.length > 1 };
};

/** Solutions and components that are not good although no workflow shows it: redundancy hides them, the sentence must not. */
const partsOf = ({ landscape, picture }: View) => {
  const states = Object.values(landscape.nodes)
    .filter(({ kind }) => kind !== 'workflow')
    .map(({ id }) => picture.nodes[id]?.state ?? 'unknown');
  const count = (wanted: string) => states.filter((state) => state === wanted).length;
  return { bad: count('bad'), unknown: count('unknown') };
};

/** Good is said last, and only when nothing at all speaks against it. */
export const leadOf = (view: View, troubles: readonly Trouble[]): Lead => {
  const { voice, picture } = view;
  const said = voice.words.lead;
  const inState = (state: string): readonly Place[] => picture.workflows.filter((at) => at.state.state === state);
  const hit = [...inState('bad'), ...troubles.flatMap(({ about }) => (isImpact(about) ? [about] : []))];
  const unseen = inState('unknown').filter(
    (place) => !hit.some(({ workflow, site }) => workflow === place.workflow && site === place.site),
  );
  const warnings = troubles.filter(({ about }) => !isImpact(about));
  const blind = picture.vantages.filter(({ state }) => state !== 'connected').length;
  // A thing that needs attention is a cause, not each of the places it shows.
  const causes = new Set(warnings.map((trouble) => causesOf(trouble))).size;
  const etas = warnings.flatMap(({ about }) => (isImpact(about) || about.eta === null ? [] : [about.eta.at]));
  const soonest = etas.length === 0 ? [] : [said.soonest(voice.duration(Math.min(...etas) - voice.now))];
  const alsoWarn = warnings.length === 0 ? [] : [said.alsoWarn(causes), ...soonest];
  if (hit.length > 0) {
    const { what, where, several } = about(view, hit);
    const dark = new Set(unseen.map(({ workflow }) => workflow)).size;
    const beside = [...(dark === 0 ? [] : [said.alsoUnknown(dark)]), ...alsoWarn];
    return { tone: 'bad', sentence: said.bad(what, where, several), beside };
  }
  if (picture.workflows.length === 0) return { tone: 'unknown', sentence: said.empty, beside: alsoWarn };
  if (unseen.length > 0) {
    const { what, where, several } = about(view, unseen);
    return { tone: 'unknown', sentence: said.unknown(what, where, several), beside: alsoWarn };
  }
  if (blind > 0) return { tone: 'warn', sentence: said.halfBlind(blind), beside: alsoWarn };
  if (warnings.length > 0) return { tone: 'warn', sentence: said.warn(causes), beside: soonest };
  if (picture.recording.state !== 'recording') return { tone: 'warn', sentence: said.notRecording, beside: [] };
  const parts = partsOf(view);
  if (parts.bad + parts.unknown > 0)
    return { tone: 'warn', sentence: said.parts(parts.bad, parts.unknown), beside: [] };
  return { tone: 'good', sentence: said.good, beside: [] };
};
