import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Landscape, Language } from '../../infra/landscape/model.ts';
import { type Serving, serveConsole } from './server.ts';
import type { ConsoleSource } from './source.ts';
import { type Mood, night, pictureIn, stage } from './testing/fixture.ts';
import { words } from './words.ts';

const open: Serving[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()));
});
const serve = async (mood: Mood = 'well', more: Partial<ConsoleSource> = {}, complain?: (error: unknown) => void) => {
  const source = stage(mood, more);
  const serving = await serveConsole(source, {
    listen: '127.0.0.1:0',
    ...(complain === undefined ? {} : { complain }),
  });
  open.push(serving);
  const get = (path: string, init: RequestInit = {}) => fetch(serving.url + path, { redirect: 'manual', ...init });
  const main = async (path: string) => {
    const text = await (await get(path)).text();
    return text.slice(text.indexOf('<main'), text.indexOf('</main>'));
  };
  return { source, url: serving.url, get, main };
};

/** Headers that fetch will not let us set. */
const raw = (url: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<{ readonly status: number; readonly headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sent = request(url, { method, headers, setHost: false }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    sent.once('error', reject);
    sent.end();
  });

const everyPage = [
  '',
  'warnings',
  'vantages',
  'workflow/order-medication',
  'solution/epj',
  'node/epj-db-1',
  'node/aarhus',
  'check/epj/front',
  'check/kl-db-1/metrics',
];

describe('closed by default', () => {
  test.each(['0.0.0.0:9640', '192.168.1.4:80', '[::]:9640', 'console.example:443', '127.example:1'])(
    'refuses to listen on %s, which others can reach',
    async (listen) => {
      const refused = serveConsole(stage('well'), { listen });
      await expect(refused).rejects.toMatchObject({ code: 'unsafe', message: expect.stringContaining(listen) });
    },
  );
  test.each(['', '9640', '127.0.0.1', '127.0.0.1:99999'])('says that %o is no address', async (listen) => {
    await expect(serveConsole(stage('well'), { listen })).rejects.toMatchObject({ code: 'usage' });
  });
  test('says that an address is taken', async () => {
    const { url } = await serve();
    const again = serveConsole(stage('well'), { listen: new URL(url).host });
    await expect(again).rejects.toMatchObject({ code: 'in-use' });
  });
  test.each([
    ['evil.example', 421],
    ['127.0.0.1', 421],
    ['127.0.0.1:1', 421],
    ['', 421],
  ])('a host header %o is answered with %i', async (host, status) => {
    const { url } = await serve();
    expect((await raw(`${url}/en/`, { host })).status).toBe(status);
  });
  test('localhost with the port is served', async () => {
    const { url } = await serve();
    expect((await raw(`${url}/en/`, { host: `LOCALHOST:${new URL(url).port}` })).status).toBe(200);
  });
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s changes nothing: 405', async (method) => {
    const { get } = await serve();
    const answer = await get('/en/', { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
  test('HEAD answers without a body, also for the endless page', async () => {
    const { get, source } = await serve();
    for (const path of ['/en/', '/live', '/metrics']) {
      const answer = await get(path, { method: 'HEAD' });
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, '']);
    }
    expect(source.listeners()).toBe(0);
  });
  test('another site may link here, but may neither read nor have a probe sent', async () => {
    const { url } = await serve();
    const host = new URL(url).host;
    const from = (mode: string) => ({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode });
    expect((await raw(`${url}/en/`, from('navigate'))).status).toBe(200);
    expect((await raw(`${url}/api/picture`, from('cors'))).status).toBe(403);
    expect((await raw(`${url}/probe?target=x`, from('navigate'))).status).toBe(403);
  });
  test('every answer carries the same strict headers: pages, machines, refusals, errors', async () => {
    const { get, url } = await serve('well', { metrics: () => Promise.reject(new Error('no')) });
    const paths = ['/en/', '/', '/nowhere', '/metrics', '/api/picture', '/assets/console.css', '/-/healthy'];
    for (const path of paths) {
      const { headers } = await get(path);
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringMatching(
          /^default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
        ),
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('permissions-policy')).toContain('camera=()');
    }
    expect((await raw(`${url}/`, { host: 'evil.example' })).headers['content-security-policy']).toContain("'none'");
  });
});

describe('what a machine asks', () => {
  test('is served: metrics, probe, picture, alive', async () => {
    const { get } = await serve();
    expect(await (await get('/metrics')).text()).toContain('forvarsel_up 1');
    expect(await (await get('/probe?target=epj')).text()).toContain('probe_success 1');
    expect(await (await get('/api/picture')).json()).toEqual(JSON.parse(JSON.stringify(pictureIn('well'))));
    expect((await get('/-/healthy')).status).toBe(200);
  });
  test('is not ready without a picture, nor with an old one, nor with one from the future', async () => {
    const { get, source } = await serve();
    expect((await get('/-/ready')).status).toBe(200);
    source.move(night + 12_000);
    expect((await get('/-/ready')).status).toBe(503);
    source.move(night - 3_600_000);
    expect((await get('/-/ready')).status).toBe(503);
    source.set(null);
    expect((await get('/-/ready')).status).toBe(503);
    expect((await get('/api/picture')).status).toBe(503);
    expect((await get('/-/healthy')).status).toBe(200);
  });
  test('hears of each new picture on /live, and is forgotten when it leaves', async () => {
    const { get, source } = await serve();
    const leaving = new AbortController();
    const answer = await get('/live', { signal: leaving.signal });
    const reader = answer.body?.getReader();
    const read = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await read()).toContain(`event: changed\ndata: {"at":${night - 1_200},"age":1200}`);
    source.set({ ...pictureIn('impact'), at: night });
    expect(await read()).toContain(`{"at":${night},"age":0}`);
    leaving.abort();
    await expect.poll(() => source.listeners()).toBe(0);
  });
});

describe('languages', () => {
  test.each([
    ['da', '/da/'],
    ['en-GB,en;q=0.9', '/en/'],
    ['fr, da;q=0.4, en;q=0.8', '/en/'],
    ['nb, da;q=0.5', '/da/'],
    ['fr', '/en/'],
    ['da;q=0, en;q=0.1', '/en/'],
  ])('a reader of %o is sent to %s', async (accepted, to) => {
    const { get } = await serve();
    const answer = await get('/', { headers: { 'accept-language': accepted } });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, to]);
  });

  /** All plain words of a table, by their path. */
  const flat = (value: unknown, path = ''): readonly (readonly [string, string])[] => {
    if (typeof value === 'string') return [[path, value]];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => flat(inner, `${path}.${key}`));
  };
  const other: Readonly<Record<Language, Language>> = { da: 'en', en: 'da' };
  const foreignTo = (language: Language): readonly string[] => {
    const own = new Set(flat(words[language]).map(([, text]) => text.toLowerCase()));
    const whole = flat(words[language]).map(([, text]) => text.toLowerCase());
    return flat(words[other[language]])
      .map(([, text]) => text)
      .filter(
        (text) =>
          text.length > 4 && !own.has(text.toLowerCase()) && !whole.some((text2) => text2.includes(text.toLowerCase())),
      )
      .filter((text) => text !== words[language].otherLanguage);
  };
  test.each(everyPage.flatMap((page) => (['da', 'en'] as const).map((language) => ({ language, page }))))(
    '/$language/$page holds no word of the other language',
    async ({ language, page }) => {
      for (const mood of ['impact', 'blind', 'not-recording'] as const) {
        const { main, get } = await serve(mood);
        const shown = (await main(`/${language}/${page}`))
          .replaceAll(/<(code|pre)[^>]*>.*?<\/\1>/gs, ' ')
          .replaceAll(/<[^>]+>/g, '\n');
        const lines = new Set(shown.split('\n').map((line) => line.trim()));
        expect(foreignTo(language).filter((text) => lines.has(text))).toEqual([]);
        expect(await (await get(`/${language}/${page}`)).text()).toContain(`<html lang="${language}"`);
      }
    },
  );
  test('a language that is not ours is no page', async () => {
    const { get } = await serve();
    expect((await get('/de/')).status).toBe(404);
  });
  test('the way to the other language keeps the place', async () => {
    const { get } = await serve();
    expect(await (await get('/da/check/epj/front?span=24h')).text()).toContain('href="/en/check/epj/front?span=24h"');
  });
});

describe('the overview', () => {
  const heading = async (mood: Mood) => {
    const { main } = await serve(mood);
    return /<h1>(.*?)<\/h1>/s.exec(await main('/en/'))?.[1];
  };
  test.each([
    ['well', 'Everything works at all sites'],
    ['thin', 'All workflows work; 1 thing needs attention'],
    ['impact', 'Order medication, Read the record and Order tests do not work at any of the 4 sites'],
    ['frozen', 'Order medication, Read the record and Order tests do not work at any of the 4 sites'],
    ['blind', 'Cannot tell whether Patient flow and Porter call work at all 4 sites'],
    ['not-recording', 'All workflows work, but nothing is being recorded'],
  ] as const)('when %s it says: %s', async (mood, sentence) => {
    expect(await heading(mood)).toBe(sentence);
  });
  test('an impact is told with its first action, what it hits, how long the fallback bears and when it was warned', async () => {
    const { main } = await serve('impact');
    const text = await main('/en/');
    for (const part of [
      'Do this first',
      'call the database team',
      'lasts until 05:08, 1 h 58 min left',
      'Warned 3 min before',
      'https://runbooks.region.example/epj-db',
    ])
      expect(text).toContain(part);
    expect(text.indexOf('Not working now')).toBeLessThan(text.indexOf('<h2 id="workflows">'));
  });
  test('an estimate comes with its interval', async () => {
    const { main } = await serve('running-out');
    expect(await main('/en/')).toMatch(/26 min<\/strong>.*between 18 min and 41 min/s);
  });
  test('an impact that cannot be judged stays, and says so', async () => {
    const { main } = await serve('frozen');
    expect(await main('/en/')).toContain('Cannot be judged right now, so it stays.');
  });
});

describe('no false all-clear', () => {
  const good = words.en.lead.good;
  test('a workflow that is bad is shown even when no impact speaks of it', async () => {
    const { source, main } = await serve('impact');
    source.set({ ...pictureIn('impact'), impacts: [], alerts: [], warnings: [] });
    expect(await main('/en/')).toContain('do not work at any of the 4 sites');
  });
  test('an alert that fires is shown even when nothing names its condition; it is ending only when it has been judged gone', async () => {
    const { source, main } = await serve('thin');
    const picture = { ...pictureIn('thin'), warnings: [] };
    source.set(picture);
    const fires = await main('/en/');
    expect(fires).toContain('less margin than designed');
    expect(fires).not.toContain('No longer seen');
    source.set({ ...picture, alerts: picture.alerts.map((alert) => ({ ...alert, over: true })) });
    expect(await main('/en/')).toContain('No longer seen');
  });
  test('a component that is unknown or bad keeps the sentence from saying that all is well', async () => {
    const { source, main } = await serve('well');
    const picture = pictureIn('well');
    const state = picture.nodes['epj-print'];
    if (state === undefined) throw new Error('expected a state of epj-print');
    source.set({ ...picture, nodes: { ...picture.nodes, 'epj-print': { ...state, state: 'unknown' } } });
    expect(await main('/en/')).toContain('All workflows work, but 1 part is unknown');
    const { 'epj-print': _, ...rest } = picture.nodes;
    source.set({ ...picture, nodes: rest });
    expect(await main('/en/')).not.toContain(good);
  });
  test('a vantage that sees nothing, or a picture without workflows, is not well', async () => {
    const { source, main } = await serve('well');
    const picture = pictureIn('well');
    source.set({ ...picture, vantages: picture.vantages.map((vantage) => ({ ...vantage, state: 'silent' })) });
    expect(await main('/en/')).toContain('6 vantages see nothing');
    source.set({ ...picture, workflows: [] });
    expect(await main('/en/')).toContain('Nothing is watched');
  });
  test('an old picture is said to be old in banner, title and sentence, and nothing of it is told as now', async () => {
    const { get } = await serve('stale');
    const text = await (await get('/en/')).text();
    expect(text).toContain('<html lang="en" data-stale>');
    expect(text).toMatch(/<div id="stale"(?![^>]* hidden)[^>]*>.*it shows how it was 3 min 14 s ago/s);
    expect(text).toMatch(/<title>Nobody knows how it is now/);
  });
  test('a fresh picture carries the banner hidden, and its age for the script', async () => {
    const { get } = await serve('well');
    expect(await (await get('/en/')).text()).toMatch(
      /id="stale"[^>]* hidden.*<main id="main" tabindex="-1" data-age="1200" data-stale-after="10000">/s,
    );
  });
  test('without a picture nothing is known', async () => {
    const { source, main } = await serve('well');
    source.set(null);
    expect(await main('/da/')).toContain('Intet er bedømt endnu');
  });
  test('simulated is marked', async () => {
    const { source, main } = await serve('well');
    source.set({ ...pictureIn('well'), provenance: 'simulated' });
    expect(await main('/da/')).toContain('Simuleret: dette billede er ikke målt.');
    expect(await main('/da/solution/epj')).toMatch(/41\.760 af disse minutter er simulerede/);
  });
});

describe('pages', () => {
  test.each(everyPage)(
    '/da/%s works without the script: all is in the page, which fetches itself anew',
    async (page) => {
      const { get } = await serve('impact');
      const answer = await get(`/da/${page}`);
      const text = await answer.text();
      expect(answer.status).toBe(200);
      expect(text).toContain('<noscript><meta http-equiv="refresh" content="10" /></noscript>');
      expect(text).toMatch(/<h1>[^<]+<\/h1>/);
      expect(text).not.toMatch(/ style="| on\w+="|<style|<script(?! type="module" src="\/assets\/live\.js")/);
      expect(text).not.toMatch(/NaN|undefined|\[object|Infinity/);
    },
  );
  test('the margins say which sets would break it', async () => {
    const { main } = await serve('thin');
    const text = await main('/en/workflow/order-medication');
    expect(text).toContain('1 more failure breaks it');
    expect(text).toMatch(/What would break it:.*EPJ database 2/s);
  });
  test('a check says when the certificate ends that it was shown', async () => {
    const { main } = await serve();
    expect(await main('/en/check/epj/front')).toMatch(
      /The certificate ends <time[^>]*>3 Dec 03:10<\/time> <span class="soft">\(in 9 days\)/,
    );
    expect(await main('/en/check/epj-db-1/up')).not.toContain('The certificate ends');
  });
  test('a promise says its bounds, and that what was not seen leaves it undecided', async () => {
    const { main } = await serve();
    const text = await main('/en/solution/epj');
    for (const part of ['99.991%', 'between 99.919% and 99.991%', 'undecided', 'it is neither kept nor broken'])
      expect(text).toContain(part);
  });
  test.each([
    'workflow/epj',
    'workflow/constructor',
    'solution/__proto__',
    'node/nobody',
    'check/epj/nothing',
    'check/epj',
    'nothing',
  ])('/en/%s is a page that says it does not exist', async (path) => {
    const { get } = await serve();
    const answer = await get(`/en/${path}`);
    expect([answer.status, (await answer.text()).includes('There is no such page')]).toEqual([404, true]);
  });
  test('an error is told without its stack, and complained of', async () => {
    const heard: unknown[] = [];
    const { get } = await serve('well', { events: () => Promise.reject(new Error('secret path /x')) }, (error) =>
      heard.push(error),
    );
    const answer = await get('/en/warnings');
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).toContain('The page could not be made');
    expect(text).not.toContain('secret');
    expect(heard).toHaveLength(1);
  });
  test('hostile titles, messages and transcripts are text', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='a'>`;
    const { landscape } = stage('well');
    const text = JSON.stringify(landscape).replaceAll(
      /"(da|en)":"[^"]*"/g,
      (_, language) => `"${language}":${JSON.stringify(hostile)}`,
    );
    // The same shape with other titles.
    const poisoned = JSON.parse(text) as Landscape;
    const transcripts = async () => ({ good: { at: night, text: hostile }, bad: null });
    const { get, source } = await serve('impact', {
      landscape: poisoned,
      transcripts,
      events: async () => [{ id: 1, at: night, kind: hostile, who: hostile, why: hostile, data: null }],
    });
    const picture = pictureIn('impact');
    source.set({
      ...picture,
      impacts: picture.impacts.map((impact) => ({
        ...impact,
        evidence: { da: hostile, en: hostile },
        runbook: `javascript:alert(1)//${hostile}`,
      })),
    });
    for (const page of everyPage) {
      const shown = await (await get(`/en/${page}`)).text();
      expect(shown).not.toContain('<script>alert');
      expect(shown).not.toContain('<img src=x');
      expect(shown).not.toContain('href="javascript:');
    }
  });
});
