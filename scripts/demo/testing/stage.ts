import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId, SiteId } from '../../../infra/landscape/model.ts';
import { readLandscape } from '../../../infra/landscape/read.ts';
import type { Alert, Picture } from '../../../monitors/picture.ts';
import { startEmbedded } from '../../embedded/embedded.ts';
import { startDemo } from '../demo-thread.ts';
import type { Phase, StoryName } from '../stories.ts';
import { moveToLoopback } from '../transform.ts';

type At = { readonly at: number };
export type Seen = {
  readonly faults: readonly (At & { readonly phase: Phase })[];
  /** What each alert said last while it fired: causes become plainer as more is seen. */
  readonly newest: ReadonlyMap<string, Alert>;
  /** The first time each alert fired, with what it said then. */
  readonly fired: readonly (At & { readonly alert: Alert })[];
  readonly resolved: readonly (At & { readonly id: string })[];
  /** Every try of every clinician that failed, in order. */
  readonly failures: readonly (At & { readonly workflow: string; readonly site: string; readonly message: string })[];
  /** The workflows that worked again after they had failed, with the first try that did. */
  readonly recoveries: readonly (At & { readonly workflow: string; readonly site: string })[];
  readonly tries: number;
  /** Forecasts of one node while the story played. */
  readonly forecasts: readonly {
    readonly told: number;
    readonly node: NodeId;
    readonly earliest: number;
    readonly at: number;
    readonly latest: number | null;
  }[];
  readonly last: Picture;
};

const until = async (what: string, holds: () => boolean, withinMs: number): Promise<void> => {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${withinMs / 1000} s for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

const isWell = (picture: Picture | null): boolean => {
  if (picture === null) return false;
  const { workflows, alerts, vantages } = picture;
  return (
    workflows.every(({ state }) => state.state === 'good') &&
    alerts.every(({ phase }) => phase === 'resolved') &&
    vantages.every(({ state }) => state === 'connected')
  );
};

const unwell = (picture: Picture | null): string =>
  picture === null
    ? 'no picture'
    : JSON.stringify({
        workflows: picture.workflows
          .filter(({ state }) => state.state !== 'good')
          .map(({ workflow, site, state }) => `${workflow}@${site} ${state.state} ${state.because}`)
          .slice(0, 8),
        alerts: picture.alerts
          .filter(({ phase }) => phase !== 'resolved')
          .map(({ id, phase, about }) => `${id} ${phase} ${about.evidence.en}`)
          .slice(0, 12),
        vantages: picture.vantages.filter(({ state }) => state !== 'connected'),
      });

/** Brings the whole product and the whole simulated region to life, plays one story, and says what everybody saw. */
export const playStory = async (name: StoryName, seed: number): Promise<Seen> => {
  const folder = await mkdtemp(join(tmpdir(), 'forvarsel-story-'));
  const faults: { at: number; phase: Phase }[] = [];
  const failures: { at: number; workflow: string; site: string; message: string }[] = [];
  const recoveries: { at: number; workflow: string; site: string }[] = [];
  const failing = new Set<string>();
  let tries = 0;
  const demo = startDemo({ seed, dataFolder: folder }, (message) => {
    if (message.type === 'story') faults.push({ at: message.at, phase: message.phase });
    if (message.type !== 'clinician') return;
    const { at, workflow, site } = message;
    tries += 1;
    if (!message.ok) {
      failing.add(`${workflow}@${site}`);
      failures.push({ at, workflow, site, message: message.message });
    } else if (failing.delete(`${workflow}@${site}`)) recoveries.push({ at, workflow, site });
  });
  try {
    const { base, trustFile } = await demo.ready;
    const { landscape, findings } = await readLandscape('stacks/region');
    if (landscape === null) throw new Error(`stacks/region has errors: ${JSON.stringify(findings.slice(0, 3))}`);
    const embedded = await startEmbedded({
      landscape: moveToLoopback(landscape, { base, trustFile }),
      folder,
      dataFolder: folder,
      listen: '127.0.0.1:0',
      tell: (line) => console.warn(line),
    });
    try {
      const fired = new Map<string, { at: number; alert: Alert }>();
      const newest = new Map<string, Alert>();
      const resolved: { at: number; id: string }[] = [];
      const forecasts: Seen['forecasts'][number][] = [];
      const over = new Set<string>();
      await until('everything to be seen and well', () => isWell(embedded.picture()), 45_000).catch(
        (error: unknown) => {
          throw new Error(`${String(error)}: ${unwell(embedded.picture())}`);
        },
      );
      failures.splice(0);
      tries = 0;
      embedded.subscribe((picture) => {
        for (const alert of picture.alerts) {
          // While the fault lasts: what is back first is no cause any more of what follows it a probe later.
          const lasts = !faults.some(({ phase }) => phase === 'recovery');
          if (lasts && alert.phase === 'firing' && !alert.frozen && alert.about.condition === 'holds')
            newest.set(alert.id, alert);
          if (alert.phase === 'firing' && !fired.has(alert.id)) fired.set(alert.id, { at: picture.at, alert });
          if (alert.phase === 'resolved' && fired.has(alert.id) && !over.has(alert.id)) {
            over.add(alert.id);
            resolved.push({ at: picture.at, id: alert.id });
          }
        }
        for (const { eta, node, rule } of picture.warnings)
          if (eta !== null && rule === 'runs-out') forecasts.push({ told: picture.at, node, ...eta });
      });
      await demo.play(name);
      await until('everything to be well again', () => isWell(embedded.picture()) && failing.size === 0, 60_000).catch(
        (error: unknown) => {
          throw new Error(`${String(error)}: ${unwell(embedded.picture())}; failing: ${[...failing].join(', ')}`);
        },
      );
      const last = embedded.picture();
      if (last === null) throw new Error('no picture');
      return { newest, faults, fired: [...fired.values()], resolved, failures, recoveries, tries, forecasts, last };
    } finally {
      await embedded.stop();
    }
  } finally {
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

export type Expected = {
  readonly rule: Alert['rule'];
  readonly causes: readonly NodeId[];
  readonly workflow: NodeId;
  readonly site: SiteId;
};

/** The warning a story must bring: of this rule, for these causes, naming this workflow at this site. */
export const warningOf = ({ fired }: Seen, { rule, causes, workflow, site }: Expected) =>
  fired.find(
    ({ alert }) =>
      alert.rule === rule &&
      'affects' in alert.about &&
      alert.about.affects.some((one) => one.workflow === workflow && one.sites.includes(site)) &&
      alert.about.causes.length > 0 &&
      alert.about.causes.every((cause) => causes.includes(cause)),
  );
