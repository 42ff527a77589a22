import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Exporter } from '../../scripts/exporter/exporter.ts';
import { describePeer, freePort, type Peer, startPeer } from '../testing/peer.ts';
import { cases } from './testing/cases/cases.ts';
import { known } from './testing/known.ts';
import { settle, startOurs } from './testing/ours.ts';
import { differences, readPage } from './testing/pages.ts';
import { openStage, type Stage } from './testing/stage.ts';

const program = process.env['FORVARSEL_BLACKBOX'] ?? 'blackbox_exporter';

describePeer('the same module file through blackbox_exporter and through us', [program], () => {
  let stage: Stage;
  let settled: Awaited<ReturnType<typeof settle>>;
  let theirs: Peer;
  let ours: Exporter;
  let theirUrl = '';
  const seen = new Map<string, readonly string[]>();

  beforeAll(async () => {
    stage = await openStage();
    settled = await settle(stage, cases);
    const port = await freePort();
    theirUrl = `http://127.0.0.1:${port}`;
    theirs = await startPeer({
      program,
      args: [`--config.file=${settled.file}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
      ready: port,
    });
    ours = await startOurs(settled.file);
  });
  afterAll(async () => {
    await ours?.close();
    await theirs?.stop();
    await stage?.close();
  });

  test.each(cases)('%s', async (name, success) => {
    const [a, b] = await Promise.all([settled.ask(theirUrl, name), settled.ask(ours.url, name)]);
    expect(a.status, a.text).toBe(200);
    expect(readPage(a.text).get('probe_success')?.series.get(''), 'the case is what it says').toBe(success ? 1 : 0);
    const found = differences(a, b);
    seen.set(name, found);
    expect(found, b.status === 200 ? '' : b.text).toEqual(known[name]?.differs ?? []);
  });

  test('the score', () => {
    const different = [...seen.values()].filter((found) => found.length > 0).length;
    console.log(`differential: ${seen.size} cases, ${seen.size - different} same, ${different} known differences`);
    expect(
      Object.keys(known).filter((name) => !settled.settings.has(name)),
      'every known difference is of a case',
    ).toEqual([]);
    expect(different).toBe(Object.keys(known).length);
    expect(seen.size).toBeGreaterThanOrEqual(150);
  });

  const both = async (path: string, init: RequestInit = {}) => {
    const replies = await Promise.all([theirUrl, ours.url].map((base) => fetch(`${base}${path}`, init)));
    return await Promise.all(replies.map(async (reply) => ({ status: reply.status, text: await reply.text() })));
  };

  test.each([
    ['a module there is not', '/probe?module=nobody&target=x', 400],
    ['no target', '/probe?module=http_2xx', 400],
    ['no target of the usual module', '/probe', 400],
    ['another Host than the declared one', '/probe?module=a+declared+Host&target=x&hostname=y', 400],
    ['health', '/-/healthy', 200],
    ['a reload that only asks', '/-/reload', 405],
    ['logs of nothing', '/logs', 400],
    ['logs of a number there is not', '/logs?id=123456', 404],
    ['logs of a target there is not', '/logs?target=nobody', 404],
    ['logs of a number and a target', '/logs?id=1&target=x', 400],
    ['logs of a module alone', '/logs?module=x', 400],
  ])('%s is answered alike', async (_, path, status) => {
    const [a, b] = await both(path);
    expect(a?.status).toBe(status);
    expect(b).toEqual(a);
  });

  test.each([
    ['no number for a timeout', { 'X-Prometheus-Scrape-Timeout-Seconds': 'soon' }, 500],
    ['a timeout in time', { 'X-Prometheus-Scrape-Timeout-Seconds': '5' }, 200],
  ])('%s is answered with the same status', async (_, headers, status) => {
    const target = encodeURIComponent(stage.web());
    const answers = await both(`/probe?module=http_2xx&target=${target}`, { headers });
    expect(answers.map((one) => one.status)).toEqual([status, status]);
  });

  test('the scraper says how long it waits', async () => {
    const began = performance.now();
    const target = encodeURIComponent(stage.web({ wait: 5000 }));
    const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '1' };
    const answers = await both(`/probe?module=http_2xx&target=${target}`, { headers });
    for (const { text } of answers) expect(text).toMatch(/^probe_success 0$/m);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('a target is taken as it comes: nothing of it is decoded twice', async () => {
    const target = stage.web({ body: 'x' }).replace('/wish', '/%2577ish');
    const answers = await both(`/probe?module=http_2xx&target=${encodeURIComponent(target)}`);
    expect(answers.map(({ text }) => /^probe_http_status_code (\d+)$/m.exec(text)?.[1])).toEqual(['200', '200']);
  });

  test('/config is the same, but for headers that may be secret', async () => {
    const [a, b] = await both('/config');
    const shown = parse(b?.text ?? '');
    const wanted = parse(a?.text ?? '');
    for (const one of Object.values<{ http?: { headers?: Record<string, string> } }>(wanted.modules)) {
      const headers = one.http?.headers ?? {};
      for (const name of Object.keys(headers)) if (/authorization|key/i.test(name)) headers[name] = '<secret>';
    }
    expect(shown).toEqual(wanted);
  });

  test('debug tells the same parts, and no secret', async () => {
    const name = 'basic with another password';
    const { target = '' } = settled.settings.get(name) ?? {};
    for (const { status, text } of await both(`/probe?debug=true&${new URLSearchParams({ module: name, target })}`)) {
      expect(status).toBe(200);
      expect(text).toContain('Logs for the probe:');
      expect(text).toMatch(/Metrics that would have been returned:[\s\S]+\nprobe_success 0\n/);
      expect(text).toMatch(/Module configuration:\nprober: http\n[\s\S]+password: <secret>/);
      expect(text).not.toContain('word: word');
    }
  });

  test('/metrics has the names of blackbox_exporter', async () => {
    const [a, b] = await both('/metrics');
    const own = (text = '') =>
      [...readPage(text)].filter(([name]) => name.startsWith('blackbox_')).map(([name, { type }]) => [name, type]);
    expect(own(b?.text)).toEqual(own(a?.text));
    const unknown = [a, b].map((one) => /^blackbox_module_unknown_total (\d+)$/m.exec(one?.text ?? '')?.[1]);
    expect(unknown).toEqual(['1', '1']);
  });

  test('a bad file replaces nothing, and is told of; a good one does', async () => {
    const successful = async () => {
      const pages = await both('/metrics');
      return pages.map(({ text }) => /^blackbox_exporter_config_last_reload_successful (\d)$/m.exec(text)?.[1]);
    };
    const reload = async () => (await both('/-/reload', { method: 'POST' })).map(({ status }) => status);
    const before = JSON.stringify({ modules: { http_2xx: { prober: 'http' } } });
    stage.file('modules.yml', 'modules: {m: {prober: tcp, frob: 1}}');
    expect(await reload()).toEqual([500, 500]);
    expect(await successful()).toEqual(['0', '0']);
    const target = encodeURIComponent(stage.web());
    for (const { text } of await both(`/probe?target=${target}`)) expect(text).toMatch(/^probe_success 1$/m);
    stage.file('modules.yml', before);
    expect(await reload()).toEqual([200, 200]);
    expect(await successful()).toEqual(['1', '1']);
    for (const { status } of await both(`/probe?module=status+200&target=${target}`)) expect(status).toBe(400);
  });
});
