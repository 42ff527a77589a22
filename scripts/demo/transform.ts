import type { Check, Landscape, Target, Vantage, VantageId } from '../../infra/landscape/model.ts';
import { type Place, places, portOffset } from './network.ts';

export type Moved = { readonly base: number; readonly trustFile: string };

/** What the demo does to a landscape, in full: endpoints and vantages move to loopback, intervals shrink. Nothing else changes. */
const hasten = {
  /** What people touch is looked at most often. */
  frontMs: 3_000,
  partMs: 6_000,
  tlsMs: 5_000,
  /** What people at their screens wait before they give up. */
  timeoutMs: 1_200,
  anchorIntervalMs: 2_000,
  anchorTimeoutMs: 800,
};

const defaultPorts: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 };

const movedText = (check: Check, text: string): string => {
  if (check.kind === 'http' || check.kind === 'metrics') {
    const url = new URL(text);
    url.port = String(Number(url.port || (defaultPorts[url.protocol] ?? 0)) + portOffset);
    return url.href;
  }
  const colon = text.lastIndexOf(':');
  return `${text.slice(0, colon)}:${Number(text.slice(colon + 1)) + portOffset}`;
};

const movedTarget = (check: Check): Target =>
  'text' in check.target ? { text: movedText(check, check.target.text) } : check.target;

const isPlace = (id: VantageId): id is Place => places.some((place) => place === id);

const movedVantage = (vantage: Vantage, base: number): Vantage => {
  if (!isPlace(vantage.id)) throw new Error(`the demo has no place called ${vantage.id}`);
  const plane = `127.${base + places.indexOf(vantage.id)}.0`;
  return {
    ...vantage,
    source: `${plane}.1`,
    resolver: `${plane}.53:${53 + portOffset}`,
    anchors: [2, 3].map((neighbour) => `${plane}.${neighbour}:${7 + portOffset}`),
    anchorIntervalMs: hasten.anchorIntervalMs,
    anchorTimeoutMs: hasten.anchorTimeoutMs,
  };
};

const hastened = (landscape: Landscape, check: Check): Check => {
  const front = ['solution', 'workflow'].includes(landscape.nodes[check.node]?.kind ?? '');
  const part = check.kind === 'tls' ? hasten.tlsMs : hasten.partMs;
  const timeoutS = hasten.timeoutMs / 1000;
  return {
    ...check,
    target: movedTarget(check),
    intervalMs: front || check.kind === 'metrics' ? hasten.frontMs : part,
    timeoutMs: hasten.timeoutMs,
    // A limit on the duration is the timeout: the demo's is shorter, so the limit shrinks with it.
    signals: check.signals.map((signal) =>
      signal.of === 'duration' && typeof signal.limit === 'number'
        ? { ...signal, limit: Math.min(signal.limit, timeoutS) }
        : signal,
    ),
  };
};

/** The reference estate as the demo brings it to life. */
export const moveToLoopback = (landscape: Landscape, { base, trustFile }: Moved): Landscape => ({
  ...landscape,
  authority: { ...landscape.authority, trust: [{ file: trustFile }] },
  vantages: Object.fromEntries(
    Object.values(landscape.vantages).map((vantage) => [vantage.id, movedVantage(vantage, base)]),
  ),
  checks: Object.fromEntries(Object.values(landscape.checks).map((check) => [check.id, hastened(landscape, check)])),
});
