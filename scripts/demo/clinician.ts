import { type Ask, createAsk, firstOf } from './ask.ts';
import type { Network, Place } from './network.ts';
import { isTooLate } from './protocols/exchange.ts';

/** One try of one workflow by the person at a site, after a second attempt where the first failed. */
export type Tried = {
  readonly type: 'clinician';
  /** Wall clock ms at which the try began. */
  readonly at: number;
  readonly site: Place;
  readonly workflow: string;
  readonly ok: boolean;
  /** Why it did not work; empty when it did. What was only late while the simulation itself was starved is never told. */
  readonly message: string;
};

const roundMs = 1_500;
/** What a person waits for one answer. */
const patienceMs = 1_200;
const mostAtOnce = 4;
const strainTickMs = 50;
/** More than this share of a try lost to strain, and its lateness is nobody's fault. */
const strainShare = 0.2;
const hospitals: readonly Place[] = ['auh', 'rhv', 'goedstrup', 'horsens', 'randers'];
const home: readonly Place[] = ['home'];
const http = { timeout: patienceMs };

type Does = (ask: Ask, site: Place) => Promise<unknown>;
type Habit = { readonly sites: readonly Place[]; readonly does: Does };

const sees = async (ask: Ask, url: string, words: string): Promise<void> => {
  const body = await ask.body(url, http);
  if (!body.includes(words)) throw new Error(`expected “${words}”, got “${body.slice(0, 60)}”`);
};
const sends = (ask: Ask, url: string, body: string): Promise<string> =>
  ask.body(url, { method: 'POST', body, timeout: patienceMs });

const opensRecord = (ask: Ask) => sees(ask, 'https://epj/record', 'record');
/** Opens the record, then signs something in it. */
const signs =
  (path: string): Does =>
  async (ask) => {
    await opensRecord(ask);
    await sends(ask, `https://epj/${path}`, '{}');
  };
const citizenLogsIn = (ask: Ask) => sees(ask, 'https://nationallogin/.well-known/openid-configuration', 'issuer');

/** What people do all day, written from the work and not from any list of what it stands on. */
const habits: Readonly<Record<string, Habit>> = {
  'bedside-sign-on': { sites: hospitals, does: (ask) => sees(ask, 'https://kita/session', 'session ready') },
  'read-record': { sites: hospitals, does: opensRecord },
  'order-medication': { sites: hospitals, does: signs('order') },
  'order-tests': { sites: hospitals, does: signs('order') },
  discharge: { sites: hospitals, does: signs('discharge') },
  'patient-flow': { sites: hospitals, does: (ask) => sees(ask, 'https://kl/board', 'movements') },
  'operation-plan': { sites: hospitals, does: (ask) => sends(ask, 'https://kl/plan', '{}') },
  'porter-call': { sites: hospitals, does: (ask) => sends(ask, 'https://kl/porter', '{}') },
  'vitals-to-record': {
    sites: hospitals,
    does: async (ask, site) => {
      await ask.hl7(`mdi-gw-${site}`, 'ORU^R01', `C${Date.now()}`, 'OBX|1|NM|8867-4^pulse||72|/min\r');
      await opensRecord(ask);
    },
  },
  imaging: {
    sites: hospitals,
    does: (ask) =>
      firstOf(['pacs-1', 'pacs-2'], (node) => sees(ask, `https://${node}/dicom-web/studies?limit=1`, 'UI')),
  },
  'assess-discharge': {
    sites: hospitals,
    does: (ask) =>
      firstOf(['model-1', 'model-2'], (node) => sends(ask, `http://${node}:8080/predict`, '{"synthetic":true}')),
  },
  'partner-solution': { sites: hospitals, does: (ask) => sees(ask, 'https://partner/status', 'ok') },
  'location-data': {
    sites: ['auh'],
    does: (ask) =>
      firstOf(['location-1', 'location-2'], (node) => sees(ask, `http://${node}:8080/location/health`, 'ready')),
  },
  'management-information': { sites: ['rhv'], does: (ask) => sees(ask, 'https://report-1/health', 'ready') },
  'virtual-consultation': {
    sites: ['home', 'auh'],
    does: async (ask) => {
      await firstOf(['video-1', 'video-2'], (node) => sees(ask, `https://${node}/health`, 'ready'));
      await firstOf(['turn-1', 'turn-2'], (node) => ask.stun(node));
    },
  },
  'home-measurement': {
    sites: ['home', 'auh'],
    does: (ask) =>
      firstOf(['intake-1', 'intake-2'], (node) => sees(ask, `https://${node}/fhir/metadata`, 'CapabilityStatement')),
  },
  'talk-to-clinic': {
    sites: home,
    does: async (ask) => {
      await citizenLogsIn(ask);
      await sees(ask, 'https://portal/', 'Patientportal');
    },
  },
  'see-appointments': {
    sites: home,
    does: async (ask) => {
      await citizenLogsIn(ask);
      await sees(ask, 'https://portal/fhir/metadata', 'CapabilityStatement');
    },
  },
};
export const workflows: readonly string[] = Object.keys(habits);

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200);

/**
 * Milliseconds this thread has been kept from its processor so far. An answer that came too late in such a time says
 * nothing of the region, for the region lives in the same thread.
 */
const createStrain = () => {
  let due = performance.now() + strainTickMs;
  let lost = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - due);
    due = now + strainTickMs;
  }, strainTickMs);
  return { lost: (): number => lost, stop: (): void => clearInterval(timer) };
};
type Strain = ReturnType<typeof createStrain>;

/** As a person would: tries, tries once more, and only then says that it does not work. */
const attempt = async (does: () => Promise<unknown>): Promise<string> => {
  try {
    await does();
    return '';
  } catch {
    try {
      await does();
      return '';
    } catch (error) {
      return wordsOf(error) || 'failed';
    }
  }
};

/** The person at one site: goes through the site's workflows in turn, each about every second and a half. */
const person = (site: Place, ask: Ask, strain: Strain, report: (tried: Tried) => void) => {
  const mine = Object.entries(habits).filter(([, { sites }]) => sites.includes(site));
  const busy = new Set<string>();
  let next = 0;
  const timer = setInterval(async () => {
    const [workflow, habit] = mine[next % mine.length] ?? [];
    if (workflow === undefined || habit === undefined || busy.size >= mostAtOnce) return;
    next += 1;
    if (busy.has(workflow)) return;
    busy.add(workflow);
    const at = Date.now();
    const began = performance.now();
    const lostBefore = strain.lost();
    const message = await attempt(() => habit.does(ask, site));
    busy.delete(workflow);
    const strained = strain.lost() - lostBefore > strainShare * (performance.now() - began);
    if (strained && isTooLate(message)) return;
    report({ type: 'clinician', at, site, workflow, ok: message === '', message });
  }, roundMs / mine.length);
  return (): void => clearInterval(timer);
};

/** One simulated person per site, at the site's own addresses and with its own DNS; `stop` sends them home. */
export const startClinicians = (
  { network, trust }: { readonly network: Network; readonly trust: string },
  report: (tried: Tried) => void,
) => {
  let working = true;
  const strain = createStrain();
  const people = [...hospitals, ...home].map((site) => {
    const source = network.sourceOf(site);
    const ask = createAsk({ source, lookup: network.resolver(site), trust, keepAlive: false });
    const leave = person(site, ask, strain, (tried) => working && report(tried));
    return { leave, close: ask.close };
  });
  return {
    stop: (): void => {
      working = false;
      strain.stop();
      for (const { leave, close } of people) {
        leave();
        close();
      }
    },
  };
};
