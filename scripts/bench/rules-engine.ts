import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPeer } from '../../probes/testing/peer.ts';
import { freePort, page } from './rivals.ts';

/** A target whose requests grow, a thousandth of them bad, with a series per service, objective and code. */
export const createServiceTarget = async (
  services: readonly { readonly service: string; readonly names: readonly string[] }[],
): Promise<{ readonly address: string; readonly stop: () => void }> => {
  const began = performance.now();
  const server = createServer((_, answer) => {
    const count = Math.floor(performance.now() - began) * 10;
    const lines = services.flatMap(({ service, names }) =>
      names.flatMap((name) =>
        [
          ['200', count],
          ['500', Math.floor(count / 1000)],
        ].map(
          ([code, value]) =>
            `http_request_duration_seconds_count{service="${service}",slo="${name}",code="${code}"} ${value}`,
        ),
      ),
    );
    answer.setHeader('content-type', 'text/plain; version=0.0.4');
    answer.end(`# TYPE http_request_duration_seconds_count counter\n${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, stop: () => void server.close() };
};

const sumOf = (metrics: string, name: string): { readonly sum: number; readonly count: number } => {
  const values = [...metrics.matchAll(new RegExp(`^${name}\\{[^\\n]*\\} (\\S+)$`, 'gm'))].map(([, one]) => Number(one));
  return { sum: values.reduce((sum, one) => sum + one, 0), count: values.length };
};

/** What the last evaluation of each group took a Prometheus of its own, summed. */
export const evaluated = async (
  program: string,
  given: { readonly files: readonly string[]; readonly target: string; readonly seconds: number },
): Promise<{ readonly groups: number; readonly rules: number; readonly took: number }> => {
  const folder = mkdtempSync(join(tmpdir(), 'forvarsel-bench-prometheus-'));
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '5s' },
    rule_files: given.files,
    scrape_configs: [{ job_name: 'bench', static_configs: [{ targets: [given.target] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const url = `http://127.0.0.1:${port}`;
  const peer = await startPeer({
    program,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    ready: () =>
      page(`${url}/-/ready`).then(
        (said) => said.includes('Ready'),
        () => false,
      ),
  });
  try {
    await pause(given.seconds * 1000);
    const metrics = await page(`${url}/metrics`);
    const { sum: took, count: groups } = sumOf(metrics, 'prometheus_rule_group_last_duration_seconds');
    return { groups, rules: sumOf(metrics, 'prometheus_rule_group_rules').sum, took };
  } finally {
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
