import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { BrowserOptions } from '../../../infra/landscape/kinds/browser.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { refusePerson } from '../../discretion/person.ts';
import type { Aim, Probe, ProbeContext } from '../../observation.ts';
import { dial, type Endpoint } from '../../wire/dial.ts';
import { failureOf, ProbeFailure } from '../../wire/failure.ts';
import { secure } from '../../wire/handshake.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { wordOf } from '../../wire/secret.ts';
import { type Browsers, createTurns, openBrowser } from './launch.ts';
import { type Journey, takeStep } from './steps.ts';
import { isOfProxy, troubleOf } from './trouble.ts';
import { aside, openWay, type Way } from './way.ts';

type At = { readonly aim: Aim; readonly context: ProbeContext; readonly notes: Notes };

const urlOf = (target: string): URL => {
  if (!URL.canParse(target) || !/^https?:$/.test(new URL(target).protocol))
    throw new ProbeFailure('could-not-run', 'expected a target such as https://epj.example/');
  return new URL(target);
};
const endpointOf = ({ hostname, port, protocol }: URL): Endpoint => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
});

/**
 * Before the browser goes there an origin is met by the dial and the handshake of every kind: where the time goes and
 * what its certificate is worth is known by the same rules. Gives the public key that was shown.
 */
const meet = async (
  url: URL,
  trusted: boolean,
  { context, notes }: Pick<At, 'context' | 'notes'>,
): Promise<string | null> => {
  const endpoint = endpointOf(url);
  const socket = await dial(endpoint, context, notes);
  if (url.protocol === 'http:') {
    socket.destroy();
    return null;
  }
  const tls = await secure(socket, { name: endpoint.host, trusted }, { context, notes });
  const key = tls.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  tls.destroy();
  socket.destroy();
  return key === undefined ? null : createHash('sha256').update(key).digest('base64');
};

type Met = { readonly faults: ReadonlyMap<string, ProbeFailure | null>; readonly pins: readonly string[] };
const meetAll = async (target: URL, { allowed, trusted }: BrowserOptions, at: At): Promise<Met> => {
  const faults = new Map<string, ProbeFailure | null>();
  const pins = [await meet(target, trusted, at)];
  faults.set(target.origin, null);
  const others = allowed.filter((origin) => origin !== target.origin);
  for (const origin of others)
    try {
      // What is wrong there counts only when a page wants to go there.
      pins.push(await meet(new URL(origin), trusted, { ...at, notes: aside(at.notes) }));
      faults.set(origin, null);
    } catch (error) {
      if (at.context.signal.aborted) throw error;
      faults.set(origin, failureOf(error, 'connect'));
    }
  return { faults, pins: pins.filter((pin) => pin !== null) };
};

/** Of hosts a page wanted and may not have. */
const mostTold = 20;

/** Follows the main page: that it was loaded, with which status, or why not. */
const watchPage = (page: Page, way: Way, notes: Notes) => {
  let current = '';
  let fault: ProbeFailure | null = null;
  let reject = (_: ProbeFailure): void => undefined;
  const fail = (failure: ProbeFailure): void => {
    fault ??= failure;
    reject(failure);
  };
  const told = (error: unknown, step: string): ProbeFailure | null => {
    const said = error instanceof Error ? error.message : String(error);
    return troubleOf(said, step);
  };
  page.on('response', (response) => {
    const request = response.request();
    if (!request.isNavigationRequest() || request.frame() !== page.mainFrame()) return;
    notes.reach('protocol');
    const { origin, pathname } = new URL(response.url());
    notes.say(`< ${response.status()} ${`${origin}${pathname}`.slice(0, 200)}`);
    if (response.status() >= 400)
      fail(
        new ProbeFailure('unexpected-status', `expected a page in step ${current}, got status ${response.status()}`),
      );
  });
  const blocked = new Set<string>();
  page.on('requestfailed', (request) => {
    const said = request.failure()?.errorText ?? '';
    const url = new URL(request.url());
    const kept = isOfProxy(said) ? way.trouble(url) : null;
    if (kept?.reason === 'not-allowed' && blocked.size < mostTold && !blocked.has(url.host)) {
      blocked.add(url.host);
      notes.say(`blocked ${url.host}`);
    }
    if (!request.isNavigationRequest() || request.frame() !== page.mainFrame() || said.includes('ERR_ABORTED')) return;
    const failure = isOfProxy(said) ? kept : told(new Error(said), current);
    fail(failure ?? new ProbeFailure('could-not-run', 'expected a way out for the browser, got none'));
  });
  page.on('crash', () => fail(new ProbeFailure('could-not-run', 'the browser ended in the middle of a page')));
  return {
    told,
    begin: (step: string): void => {
      current = step;
    },
    broken: (): Promise<never> => {
      const promise = new Promise<never>((_, refuse) => {
        reject = refuse;
        if (fault !== null) refuse(fault);
      });
      promise.catch(() => undefined);
      return promise;
    },
    fault: () => fault,
  };
};

const travel = async (target: URL, options: BrowserOptions, browsers: Browsers, at: At): Promise<void> => {
  const { aim, context, notes } = at;
  const { faults, pins } = await meetAll(target, options, at);
  const way = await openWay(faults, at);
  // Until the page is asked for, whatever takes long is our own, and says nothing of the peer.
  notes.leave();
  const wish = { port: way.port, pins, timeoutMs: aim.check.timeoutMs };
  const browser = await openBrowser(browsers, wish, { signal: context.signal, notes });
  const own = await browser.newContext({ acceptDownloads: false, serviceWorkers: 'block', permissions: [] });
  const page = await own.newPage();
  const watched = watchPage(page, way, notes);
  const { broken, fault, told } = watched;
  const journey: Journey = { page, base: target.href, aim, notes, broken, fault, told };
  notes.enter('processing');
  for (const step of options.steps) {
    watched.begin(step.name);
    await takeStep(step, journey);
    const wrong = fault();
    if (wrong !== null) throw wrong;
  }
};

/** What a journey says, but for the identity that was agreed on. */
const filledIn = (aim: Aim, { steps }: BrowserOptions): readonly string[] =>
  steps.flatMap((step) => {
    if ('goto' in step) return [step.goto];
    return 'fill' in step && step.fill.person !== true ? [wordOf(aim, step.fill.value)] : [];
  });

/** A journey in Chromium: the target is opened, then what a person does and expects to see. */
export const createBrowserProbe =
  (browsers: Browsers): Probe =>
  (aim, context) =>
    measure(aim, context, async (notes) => {
      const options = optionsOf(aim.check, 'browser');
      refusePerson(filledIn(aim, options), null);
      await travel(urlOf(aim.target), options, browsers, { aim, context, notes });
      if (options.steps.some((step) => 'expectText' in step || 'expectUrl' in step || 'expectVisible' in step))
        notes.reach('transaction');
    });

// Turns are the thread's: two journeys at once would starve each other and everything beside them.
export const browser = createBrowserProbe({ turns: createTurns() });
