import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from '../../infra/landscape/hash.ts';
import { readLandscape } from '../../infra/landscape/read.ts';
import { generate } from '../../monitors/generate/generate.ts';
import { describeEngine, engineAt } from '../../monitors/testing/engine.ts';
import { freePort, type Peer, peerFolder, startPeer } from '../../probes/testing/peer.ts';

/** Every query of every board, asked of a real Prometheus that watches the living demo. */

type Target = { readonly expr: string };
type Panel = { readonly title: string; readonly targets?: readonly Target[] };
type Board = { readonly title: string; readonly panels: readonly Panel[] };

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
const startDemo = async (data: string) => {
  const args = ['start', '--listen', '127.0.0.1:0', '--data', data, '--past', '1', '--story', 'database-nodes'];
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`expected the demo to start, got exit code ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /http:\/\/(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { address, stop: () => void child.kill('SIGTERM') };
};

describeEngine('boards on the demo', ['prometheus'], () => {
  const folder = peerFolder('boards');
  let demo: Awaited<ReturnType<typeof startDemo>>;
  let prometheus: Peer;
  let url = '';
  let boards: readonly Board[] = [];
  const ask = async (expr: string): Promise<number> => {
    const query = new URLSearchParams({ query: expr.replaceAll('$__rate_interval', '1m') });
    const answer = await fetch(`${url}/api/v1/query?${query}`);
    const said = (await answer.json()) as { status: string; error?: string; data?: { result: readonly unknown[] } };
    if (said.status !== 'success') throw new Error(`${expr}: ${said.error}`);
    return said.data?.result.length ?? 0;
  };

  beforeAll(async () => {
    demo = await startDemo(join(folder.path, 'data'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = join(folder.path, 'prometheus.yml');
    const job = {
      job_name: 'forvarsel',
      scrape_interval: '1s',
      scrape_timeout: '1s',
      static_configs: [{ targets: [demo.address] }],
    };
    writeFileSync(config, JSON.stringify({ scrape_configs: [job] }));
    const args = [
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--storage.tsdb.path=${join(folder.path, 'tsdb')}`,
    ];
    prometheus = await startPeer({ program: engineAt('prometheus'), args, ready: port });
    const { landscape, file } = await readLandscape('stacks/region');
    if (landscape === null) throw new Error('expected a landscape');
    const files = await generate(
      { landscape, hash: hashOf(landscape).hash, source: file, profile: 'native', from: 0 },
      ['grafana'],
    );
    boards = files.flatMap(({ path, text }) => (path.startsWith('grafana/en/') ? [JSON.parse(text) as Board] : []));
    // The first of the two database nodes dies within the minute: something must be told by then.
    for (const stop = Date.now() + 100_000; (await ask('forvarsel_alert{phase="firing"}')) === 0; await pause(500))
      if (Date.now() > stop) throw new Error('waited 100 s for an alert of the demo');
  }, 150_000);
  afterAll(async () => {
    demo.stop();
    await prometheus.stop();
    folder.remove();
  });

  /** What there may be none of on one board, but must be some of on another. */
  const sometimes = ['Alerts', 'Certificates end', 'Why runs failed, here and in what it needs'];
  test('every panel has something to show, and every query is one', async () => {
    const empty: string[] = [];
    const shown = new Set<string>();
    for (const { title, panels } of boards)
      for (const panel of panels)
        for (const { expr } of panel.targets ?? [])
          if ((await ask(expr)) > 0) shown.add(panel.title);
          else if (!sometimes.includes(panel.title)) empty.push(`${title} / ${panel.title}: ${expr}`);
    expect(empty).toEqual([]);
    expect(sometimes.filter((title) => !shown.has(title))).toEqual([]);
    expect(boards.length).toBeGreaterThan(30);
  });
});
