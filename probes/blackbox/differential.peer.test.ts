import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exporter, startExporter } from '../../scripts/exporter/exporter.ts';
import { loadModules } from '../../scripts/exporter/modules.ts';
import { openWeb } from '../../scripts/exporter/web-config.ts';
import { describePeer, freePort, type Peer, startPeer } from '../testing/peer.ts';
import type { Case, Setting } from './testing/cases/case.ts';
import { httpCases } from './testing/cases/http.ts';
import { otherCases } from './testing/cases/others.ts';
import { tlsCases } from './testing/cases/tls.ts';
import { known } from './testing/known.ts';
import { differences, readPage } from './testing/pages.ts';
import { openStage, type Stage } from './testing/stage.ts';

const program = process.env['FORVARSEL_BLACKBOX'] ?? 'blackbox_exporter';
const cases: readonly Case[] = [...httpCases, ...tlsCases, ...otherCases];

describePeer('the same module file through blackbox_exporter and through us', [program], () => {
  let stage: Stage;
  let theirs: Peer;
  let ours: Exporter;
  let theirUrl = '';
  const settings = new Map<string, Setting>();
  const seen = new Map<string, readonly string[]>();

  beforeAll(async () => {
    stage = await openStage();
    for (const [name, , set] of cases) settings.set(name, await set(stage));
    const modules = Object.fromEntries(
      [...settings].map(([name, { prober, options = {}, timeout = '10s' }]) => [
        name,
        { prober, timeout, [prober]: options },
      ]),
    );
    // JSON is YAML: nothing of a case is lost on its way to either.
    const file = stage.file('modules.yml', JSON.stringify({ modules }));
    const port = await freePort();
    theirUrl = `http://127.0.0.1:${port}`;
    mkdirSync(join(stage.folder, 'cwd'));
    writeFileSync(join(stage.folder, 'cwd', 'none'), '');
    theirs = await startPeer({
      program,
      args: [`--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
      ready: port,
    });
    const loaded = loadModules(file);
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    ours = await startExporter({
      file,
      modules: loaded.modules,
      listen: { host: '127.0.0.1', port: 0 },
      web: openWeb,
      allow: ['127.0.0.0/8', '::1', '*.invalid', 'unix:*'],
      perSecond: 1e6,
      historyLimit: 10,
      timeoutOffset: 0.5,
      version: '0',
      tell: () => undefined,
    });
  });
  afterAll(async () => {
    await ours?.close();
    await theirs?.stop();
    await stage?.close();
  });

  const asked = async (base: string, name: string): Promise<{ readonly status: number; readonly text: string }> => {
    const { target, hostname } = settings.get(name) ?? { target: '' };
    const query = new URLSearchParams({ module: name, target, ...(hostname === undefined ? {} : { hostname }) });
    const reply = await fetch(`${base}/probe?${query}`);
    return { status: reply.status, text: await reply.text() };
  };

  test.each(cases)('%s', async (name, success) => {
    const [a, b] = await Promise.all([asked(theirUrl, name), asked(ours.url, name)]);
    expect(a.status, a.text).toBe(200);
    expect(readPage(a.text).get('probe_success')?.series.get(''), 'the case is what it says').toBe(success ? 1 : 0);
    const found = differences(a, b);
    seen.set(name, found);
    expect(found, b.status === 200 ? '' : b.text).toEqual(known[name]?.differs ?? []);
  });

  test('the score', () => {
    const different = [...seen.values()].filter((found) => found.length > 0).length;
    const missing = Object.keys(known).filter((name) => !settings.has(name));
    console.log(`differential: ${seen.size} cases, ${seen.size - different} same, ${different} known differences`);
    expect(missing, 'every known difference is of a case').toEqual([]);
    expect(different).toBe(Object.keys(known).length);
    expect(seen.size).toBeGreaterThanOrEqual(150);
  });
});
