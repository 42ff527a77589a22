import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Serving, serveConsole } from './server.ts';
import { type Mood, night, pictureIn, stage } from './testing/fixture.ts';

const executablePath = '/usr/bin/chromium';
const present = existsSync(executablePath);
if (!present)
  test('the console in a browser', ({ skip }) =>
    skip(`there is no ${executablePath}; Debian's package chromium brings it`));

const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } } as const;
const schemes = ['light', 'dark'] as const;
const pages = [
  '/da/',
  '/en/warnings',
  '/da/vantages',
  '/en/workflow/order-medication',
  '/da/solution/epj',
  '/en/node/epj-db-1',
  '/da/check/epj-db-1/up',
  '/en/check/kl-db-1/metrics',
  '/da/nowhere',
];
type AxeResult = {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
};

describe.runIf(present)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());
  const leave: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of leave.splice(0).reverse()) await close();
  });

  const visit = async (mood: Mood, path: string, options: BrowserContextOptions = {}) => {
    const source = stage(mood);
    const serving: Serving = await serveConsole(source, { listen: '127.0.0.1:0' });
    const context = await browser.newContext({ viewport: sizes.desk, ...options });
    leave.push(serving.close, () => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    await page.goto(serving.url + path);
    return { page, source, serving, complaints };
  };
  /** Scripts are given as text: the types of a browser are not loaded here. */
  const ask = (page: Page, expression: string): Promise<unknown> => page.evaluate(expression);

  const looks = pages.flatMap((path) =>
    schemes.flatMap((scheme) =>
      (['phone', 'desk'] as const).map((size) => ({ path, scheme, size, mood: 'impact' as Mood })),
    ),
  );
  const moods = (['well', 'thin', 'blind', 'stale', 'not-recording', 'frozen'] as const).flatMap((mood) =>
    schemes.map((scheme) => ({ path: '/en/', scheme, size: 'phone' as const, mood: mood as Mood })),
  );
  test.each([...looks, ...moods])(
    '$path when $mood, $scheme, on a $size: no axe violation, no sideways scrolling, no complaint of the policy',
    async ({ path, scheme, size, mood }) => {
      const { page, complaints } = await visit(mood, path, { viewport: sizes[size], colorScheme: scheme });
      await ask(page, `for (const details of document.querySelectorAll('details')) details.open = true`);
      await ask(page, axe.source);
      const { violations } = (await ask(page, `axe.run({ resultTypes: ['violations'] })`)) as AxeResult;
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await ask(page, 'document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
    },
  );

  test('a new picture swaps what is shown: focus and opened details stay, and the change is said', async () => {
    const { page, source } = await visit('well', '/en/');
    await page.locator('main a', { hasText: 'Porter call' }).focus();
    source.set({ ...pictureIn('impact'), at: night });
    await page.locator('h1:visible', { hasText: 'do not work' }).waitFor({ timeout: 8_000 });
    expect(await ask(page, 'document.activeElement.textContent')).toBe('Porter call');
    expect(await page.title()).toContain('do not work');
    expect(await page.locator('#said').textContent()).toContain('do not work');
    await page.locator('details summary').first().click();
    source.set({ ...pictureIn('impact'), at: night });
    await page.waitForTimeout(3_000);
    expect(await page.locator('main details[open]').count()).toBe(1);
  });

  test('when the line is lost, the page says by itself that it is old', async () => {
    const { page, serving } = await visit('well', '/en/');
    expect(await page.locator('h1:visible').textContent()).toContain('Everything works');
    await serving.close();
    await page.locator('#stale:visible').waitFor({ timeout: 15_000 });
    expect(await page.locator('h1:visible').textContent()).toBe('Nobody knows how it is now');
    expect(await page.title()).toBe('Nobody knows how it is now');
    await expect.poll(() => page.locator('#stale p').textContent()).toMatch(/it shows how it was 1\d s ago/);
  });

  test('when the judge stops but the line holds, the page says that it is old, and is glad again afterwards', async () => {
    const { page, source } = await visit('well', '/en/');
    source.move(night + 30_000);
    await page.locator('#stale:visible').waitFor({ timeout: 10_000 });
    source.set({ ...pictureIn('well'), at: night + 30_000 });
    await page.locator('#stale').waitFor({ state: 'hidden', timeout: 10_000 });
    expect(await page.locator('h1:visible').textContent()).toContain('Everything works');
  });

  test('every link can be reached by keyboard, in reading order, from the way past the top', async () => {
    const { page } = await visit('impact', '/en/workflow/order-medication');
    await page.keyboard.press('Tab');
    expect(await ask(page, 'document.activeElement.className')).toBe('skip');
    const wanted = Number(await ask(page, `document.querySelectorAll('a, summary, [tabindex="0"]').length`));
    await ask(page, `globalThis.met = new Set([document.activeElement])`);
    // Links inside closed details are not reached, and must not be.
    const hidden = Number(
      await ask(
        page,
        `document.querySelectorAll('details:not([open]) > :not(summary) a, details:not([open]) > :not(summary) [tabindex="0"], details:not([open]) > :not(summary) summary').length`,
      ),
    );
    for (let press = 1; press < wanted; press += 1) {
      await page.keyboard.press('Tab');
      await ask(page, 'met.add(document.activeElement)');
    }
    expect(await ask(page, `[...met].filter((element) => element.matches('a, summary, [tabindex="0"]')).length`)).toBe(
      wanted - hidden,
    );
    expect(await ask(page, `[...met].some((element) => element.closest('svg.graph'))`)).toBe(true);
  });

  test('without the script the page is whole', async () => {
    const { page } = await visit('impact', '/da/', { javaScriptEnabled: false });
    expect(await page.locator('h1:visible').textContent()).toContain('virker ikke på nogen af de 4 steder');
    expect(await page.locator('article.card').count()).toBe(2);
  });

  test('what a finger must hit is large enough', async () => {
    const { page } = await visit('impact', '/da/', { viewport: sizes.phone });
    const small = `[...document.querySelectorAll('.top a, summary')].filter((link) => link.getBoundingClientRect().height < 40).length`;
    expect(await ask(page, small)).toBe(0);
  });
});
