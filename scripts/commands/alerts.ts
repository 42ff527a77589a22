import type { Language, NodeId, SiteId, Text } from '../../infra/landscape/model.ts';
import type { Affected, Alert, Eta, Impact, Picture, Warning } from '../../monitors/picture.ts';
import { lasting, listed } from '../../monitors/words.ts';
import { columns, type Tone, toned, type Voice } from './output.ts';
import type { Told } from './picture.ts';

/** Alerts of one rule, one phase and one smallest cause: one thing to do something about, wherever it shows. */
export type Group = {
  readonly rule: Alert['rule'];
  readonly phase: 'firing' | 'pending';
  readonly severity: Alert['severity'];
  readonly causes: readonly NodeId[];
  readonly workflows: readonly NodeId[];
  readonly sites: readonly SiteId[];
  /** Of the one that is nearest to impact. */
  readonly evidence: Text;
  readonly firstAction: Text | null;
  readonly eta: Eta | null;
  readonly since: number;
  readonly frozen: boolean;
  /** Judged gone everywhere; it fires on for a while, to be sure. */
  readonly over: boolean;
  readonly ids: readonly string[];
};

const isImpact = (about: Warning | Impact): about is Impact => !('rule' in about);
const affectedBy = ({ about }: Alert): readonly Affected[] =>
  isImpact(about) ? [{ workflow: about.workflow, sites: [about.site] }] : about.affects;
const etaOf = ({ about }: Alert): Eta | null => (isImpact(about) ? null : about.eta);
const marginLeft = ({ about }: Alert): number => (isImpact(about) ? 0 : (about.margin?.upper ?? Infinity));
const causesOf = ({ about, node }: Alert): readonly NodeId[] =>
  about.causes.length > 0 ? [...about.causes].sort() : [node];

const ascending = (one: number, other: number): number => (one === other ? 0 : one < other ? -1 : 1);
const urgency = ({ rule, phase, severity, eta, since, over }: Group): readonly number[] => [
  phase === 'firing' ? 0 : 1,
  over ? 1 : 0,
  rule === 'impact' ? 0 : 1,
  severity === 'page' ? 0 : 1,
  eta?.at ?? Infinity,
  since,
];

const groupOf = (alerts: readonly [Alert, ...Alert[]]): Group => {
  const nearest =
    alerts.toSorted(
      (a, b) =>
        ascending(marginLeft(a), marginLeft(b)) || ascending(etaOf(a)?.at ?? Infinity, etaOf(b)?.at ?? Infinity),
    )[0] ?? alerts[0];
  const affected = alerts.flatMap(affectedBy);
  const sites = alerts.flatMap(({ site }) => (site === null ? [] : [site]));
  return {
    rule: nearest.rule,
    phase: nearest.phase === 'firing' ? 'firing' : 'pending',
    severity: alerts.some(({ severity }) => severity === 'page') ? 'page' : 'warn',
    causes: causesOf(nearest),
    workflows: [...new Set(affected.map(({ workflow }) => workflow))],
    sites: [...new Set([...affected.flatMap((one) => one.sites), ...sites])],
    evidence: nearest.about.evidence,
    firstAction: nearest.about.firstAction,
    eta:
      alerts
        .map(etaOf)
        .filter((eta) => eta !== null)
        .toSorted((a, b) => a.at - b.at)[0] ?? null,
    since: Math.min(...alerts.map(({ since }) => since)),
    frozen: alerts.every(({ frozen }) => frozen),
    over: alerts.every(({ over }) => over),
    ids: alerts.map(({ id }) => id),
  };
};

/** Everything that is not over, grouped by rule and cause, the most urgent first. */
export const groupedAlerts = ({ alerts }: Pick<Picture, 'alerts'>): readonly Group[] => {
  const open = alerts.filter(({ phase }) => phase !== 'resolved');
  const groups = Map.groupBy(open, (alert) => `${alert.phase}|${alert.rule}|${causesOf(alert).join('+')}`);
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [groupOf([first, ...others])]))
    .toSorted((one, other) => {
      const [a, b] = [urgency(one), urgency(other)];
      return a.map((value, index) => ascending(value, b[index] ?? 0)).find((order) => order !== 0) ?? 0;
    });
};

/** What a rule is called where a line is short. */
export const ruleWords: Readonly<Record<Alert['rule'], Readonly<Record<Language, string>>>> = {
  impact: { da: 'RAMT', en: 'IMPACT' },
  'fast-burn': { da: 'BUDGET', en: 'BUDGET' },
  'runs-out': { da: 'løber ud', en: 'runs out' },
  certificate: { da: 'certifikat', en: 'certificate' },
  thin: { da: 'tynd', en: 'thin' },
  blind: { da: 'blind', en: 'blind' },
  degraded: { da: 'nedsat', en: 'degraded' },
  'slow-burn': { da: 'budget', en: 'budget' },
  'not-recording': { da: 'husker ikke', en: 'not recording' },
  'not-delivering': { da: 'når ikke ud', en: 'not delivered' },
};

/** `time left 3 min (2 min 10 s – 4 min)`; never without its interval unless that is a point. */
const leftWords = (eta: Eta | null, now: number, language: Language): string => {
  if (eta === null) return '';
  const danish = language === 'da';
  const span = (at: number) => lasting(at - now, language);
  const latest = eta.latest === null ? (danish ? 'måske aldrig' : 'perhaps never') : span(eta.latest);
  const interval = eta.earliest === eta.at && eta.latest === eta.at ? '' : ` (${span(eta.earliest)} – ${latest})`;
  if (eta.at <= now) return danish ? 'ingen tid tilbage' : 'no time left';
  return `${danish ? 'tid tilbage' : 'time left'} ${span(eta.at)}${interval}`;
};

const toneOf = ({ phase, severity, over }: Group): Tone =>
  phase === 'pending' || over ? 'dim' : severity === 'page' ? 'bad' : 'warn';

/** One line a group: rule, workflows and sites, since when, time left, evidence. */
export const alertLines = (voice: Voice, { picture, landscape }: Told): readonly string[] => {
  const { language } = voice;
  const danish = language === 'da';
  const title = (id: string) => landscape.nodes[id]?.title[language] ?? id;
  const names = (ids: readonly string[]) => listed(ids.map(title), language, 3);
  return columns(
    groupedAlerts(picture).map((group) => {
      const { rule, phase, causes, workflows, sites, evidence, eta, since, frozen, over } = group;
      const said = evidence[language];
      const cause = causes.every((id) => workflows.includes(id) || said.includes(title(id))) ? '' : names(causes);
      const where = sites.length === 0 ? '' : ` @ ${names(sites)}`;
      const what = [cause, workflows.length === 0 ? '' : names(workflows)].filter(Boolean).join(' → ') || names(causes);
      const marks = [
        phase === 'pending' ? (danish ? 'afventer' : 'pending') : '',
        frozen ? (danish ? 'kan ikke bedømmes nu' : 'cannot be judged now') : '',
        over
          ? danish
            ? 'ses ikke længere; bliver stående lidt for en sikkerheds skyld'
            : 'not seen any more; kept a while, to be sure'
          : '',
      ].filter(Boolean);
      return [
        toned(voice, toneOf(group), ruleWords[rule][language]),
        `${what}${where}`,
        `${danish ? 'i' : 'for'} ${lasting(picture.at - since, language)}`,
        leftWords(eta, picture.at, language),
        `${said}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`,
      ];
    }),
  );
};
