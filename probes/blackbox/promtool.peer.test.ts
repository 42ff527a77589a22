import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Exporter } from '../../scripts/exporter/exporter.ts';
import { describePeer } from '../testing/peer.ts';
import { cases } from './testing/cases/cases.ts';
import { settle, startOurs } from './testing/ours.ts';
import { readPage } from './testing/pages.ts';
import { openStage, type Stage } from './testing/stage.ts';

const promtool = process.env['FORVARSEL_PROMTOOL'] ?? 'promtool';

describePeer('promtool reads every page of a probe', [promtool], () => {
  let stage: Stage;
  let ours: Exporter;
  let settled: Awaited<ReturnType<typeof settle>>;
  beforeAll(async () => {
    stage = await openStage();
    settled = await settle(stage, cases);
    ours = await startOurs(settled.file);
  });
  afterAll(async () => {
    await ours?.close();
    await stage?.close();
  });
  const linted = (page: string): string => {
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
    return `${status} ${stdout}${stderr}`.trim();
  };

  test('of every case, and the exporter’s own', async () => {
    // Pages of the same series read the same.
    const pages = new Map<string, string>();
    for (const [name] of cases) {
      const { status, text } = await settled.ask(ours.url, name);
      if (status === 200) pages.set([...readPage(text).keys()].join(), text);
    }
    pages.set('own', await (await fetch(`${ours.url}/metrics`)).text());
    expect(pages.size).toBeGreaterThan(15);
    for (const page of pages.values()) expect(linted(page), page).toBe('0');
  }, 120_000);
});
