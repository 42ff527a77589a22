import type { Landscape, Language, NodeId } from '../../infra/landscape/model.ts';
import type { Alert, Picture } from '../../monitors/picture.ts';
import { lasting, listed } from '../../monitors/words.ts';
import { ruleWords } from '../commands/alerts.ts';
import type { Tone } from '../commands/output.ts';

export type Change = { readonly tone: Tone; readonly what: string; readonly text: string };

type Turn = 'firing' | 'resolved';

/** What alerts of one rule and one cause have in common is one line, however many workflows and sites it touches. */
const lineOf = (landscape: Landscape, language: Language, turn: Turn, alerts: readonly Alert[], at: number): Change => {
  const danish = language === 'da';
  const title = (id: NodeId) => landscape.nodes[id]?.title[language] ?? id;
  const [first] = alerts;
  if (first === undefined) throw new Error('expected at least one alert');
  const nodes = [...new Set(alerts.map(({ node }) => title(node)))];
  const sites = [...new Set(alerts.flatMap(({ site }) => (site === null ? [] : [title(site)])))];
  const where = sites.length === 0 ? '' : ` @ ${listed(sites, language, 3)}`;
  const { about } = first;
  const eta = 'eta' in about && about.eta !== null && about.eta.at > at ? lasting(about.eta.at - at, language) : null;
  const left = eta === null ? '' : `; ${danish ? 'tid tilbage' : 'time left'} ${eta}`;
  const resolved = turn === 'resolved';
  const word = ruleWords[first.rule][language];
  return {
    tone: resolved ? 'good' : first.severity === 'page' ? 'bad' : 'warn',
    what: resolved ? (danish ? 'ovre' : 'over') : word,
    text: resolved
      ? `${word}: ${listed(nodes, language)}${where}`
      : `${listed(nodes, language)}${where}: ${about.evidence[language]}${left}`,
  };
};

/** Each picture's changes since the one before, as lines for a terminal: alerts that fired or resolved, and whether it is being recorded. */
export const createChanges = (landscape: Landscape, language: Language) => {
  const phases = new Map<string, Alert['phase']>();
  let recording = 'recording';
  return (picture: Picture): readonly Change[] => {
    const groups = new Map<string, { turn: Turn; alerts: Alert[] }>();
    for (const alert of picture.alerts) {
      const before = phases.get(alert.id);
      phases.set(alert.id, alert.phase);
      if (alert.phase === 'pending' || alert.phase === before) continue;
      if (alert.phase === 'resolved' && before === undefined) continue;
      const key = `${alert.phase}|${alert.rule}|${alert.about.causes.join()}`;
      const group = groups.get(key) ?? { turn: alert.phase, alerts: [] };
      group.alerts.push(alert);
      groups.set(key, group);
    }
    const known = new Set(picture.alerts.map(({ id }) => id));
    for (const id of phases.keys()) if (!known.has(id)) phases.delete(id);
    const lines = [...groups.values()].map(({ turn, alerts }) => lineOf(landscape, language, turn, alerts, picture.at));
    if (picture.recording.state !== recording) {
      recording = picture.recording.state;
      lines.push({
        tone: recording === 'recording' ? 'good' : 'bad',
        what: recording,
        text: picture.recording.message,
      });
    }
    return lines;
  };
};
