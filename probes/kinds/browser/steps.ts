import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { BrowserAct, BrowserStep, Place } from '../../../infra/landscape/kinds/browser.ts';
import type { Aim, Reason } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { wordOf } from '../../wire/secret.ts';

const pollMs = 100;
/** Of a page's text so much is read. */
const textLimit = 256 * 1024;

const locate = (page: Page, place: Place): Locator => {
  if ('label' in place) return page.getByLabel(place.label);
  if ('text' in place) return page.getByText(place.text);
  if ('testId' in place) return page.getByTestId(place.testId);
  if ('css' in place) return page.locator(place.css);
  // Safe: a role that does not exist is found nowhere, and that is said.
  const role = place.role as Parameters<Page['getByRole']>[0];
  return page.getByRole(role, place.name === undefined ? {} : { name: place.name });
};
const shown = (place: Place): string =>
  Object.entries(place)
    .map(([key, value]) => `${key} "${value}"`)
    .join(' ');

type At = { readonly page: Page; readonly base: string; readonly aim: Aim; readonly timeout: number };
type Doing = {
  /** `expected X`, and what it is called when it does not come. */
  readonly expected: string;
  readonly reason: Reason;
  readonly asserts: boolean;
  readonly run: () => Promise<unknown>;
};

const until = async (holds: () => Promise<boolean>, timeout: number): Promise<void> => {
  const end = performance.now() + (timeout === 0 ? Number.POSITIVE_INFINITY : timeout);
  while (!(await holds())) {
    if (performance.now() > end) throw new DOMException('late', 'TimeoutError');
    await pause(pollMs);
  }
};

type Element = { readonly innerText?: string; readonly textContent: string | null };
/** The function runs in the page, and knows nothing of here. */
const textOf = (locator: Locator): Promise<string> =>
  locator.evaluate(
    (node: Element, limit: number) => String(node.innerText ?? node.textContent ?? '').slice(0, limit),
    textLimit,
  );

/** Never a word of the library: it repeats what was filled in. */
const doingOf = (act: BrowserAct, { page, base, aim, timeout }: At): Doing => {
  const plain = { asserts: false, reason: 'unexpected-answer' } as const;
  if ('goto' in act)
    return {
      ...plain,
      reason: 'no-answer',
      expected: 'a page',
      run: () => page.goto(new URL(act.goto, base).href, { timeout, waitUntil: 'domcontentloaded' }),
    };
  if ('fill' in act) {
    const value = wordOf(aim, act.fill.value);
    const field = act.fill.field;
    return { ...plain, expected: `a field ${shown(field)}`, run: () => locate(page, field).fill(value, { timeout }) };
  }
  if ('click' in act)
    return { ...plain, expected: shown(act.click), run: () => locate(page, act.click).click({ timeout }) };
  if ('expectUrl' in act) {
    const pattern = patternOf(act.expectUrl);
    return {
      ...plain,
      asserts: true,
      expected: `an address that matches /${act.expectUrl}/`,
      run: () => until(async () => pattern.matcher(page.url()).find(), timeout),
    };
  }
  if ('expectVisible' in act)
    return {
      ...plain,
      asserts: true,
      expected: `to see ${shown(act.expectVisible)}`,
      run: () => locate(page, act.expectVisible).first().waitFor({ state: 'visible', timeout }),
    };
  const pattern = patternOf(act.expectText);
  const within = act.within === undefined ? page.locator('body') : locate(page, act.within).first();
  return {
    ...plain,
    asserts: true,
    expected: `a text that matches /${act.expectText}/`,
    run: () =>
      until(async () => {
        // Between two pages there is no body for a moment.
        const text = (await within.count()) === 0 ? '' : await textOf(within).catch(() => '');
        return pattern.matcher(text).find();
      }, timeout),
  };
};

export type Journey = {
  readonly page: Page;
  readonly base: string;
  readonly aim: Aim;
  readonly notes: Notes;
  /** Rejects when a page could not be loaded, or is an error. */
  readonly broken: () => Promise<never>;
  /** Why, when that is known already. */
  readonly fault: () => ProbeFailure | null;
  readonly told: (error: unknown, step: string) => ProbeFailure | null;
};

/** One step; what does not come is called by what was expected of it. */
export const takeStep = async (
  step: BrowserStep,
  { page, base, aim, notes, broken, fault, told }: Journey,
): Promise<void> => {
  const doing = doingOf(step, { page, base, aim, timeout: step.forMs ?? 0 });
  const missed = (got: string, reason: Reason = doing.reason): ProbeFailure =>
    new ProbeFailure(reason, `expected ${doing.expected} in step ${step.name}, got ${got}`);
  notes.step(step.name);
  notes.say(`step ${step.name}`);
  notes.ifLate(() => missed('none in time'));
  const running = doing.run();
  running.catch(() => undefined);
  try {
    await Promise.race([running, broken()]);
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    // The page's own word on it, which knows better, may come a moment later.
    await new Promise((resolve) => setImmediate(resolve));
    if (page.context().browser()?.isConnected() === false)
      throw new ProbeFailure('could-not-run', `the browser itself ended in step ${step.name}`);
    const known = fault() ?? told(error, step.name);
    if (known !== null) throw known;
    if (error instanceof Error && error.name === 'TimeoutError') throw missed('none in time');
    if (error instanceof Error && /strict mode violation/.test(error.message)) throw missed('several');
    throw missed('something else', 'unexpected-answer');
  }
  if (doing.asserts) notes.asserted();
};
