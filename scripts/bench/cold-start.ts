import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, quantile } from './figures.ts';

/** From the command to the first judged picture of the demo: a page that is ready. Beside it, a Node that starts and does nothing. */
const runs = Number(process.argv[2] ?? 3);
const node = process.execPath;
const bare = async (): Promise<number> => {
  const began = performance.now();
  await new Promise((resolve) => spawn(node, ['-e', '0']).once('exit', resolve));
  return performance.now() - began;
};
const start = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'forvarsel-bench-'));
  const began = performance.now();
  const child = spawn(node, [
    'scripts/cli.ts',
    'start',
    '--story',
    'none',
    '--past',
    '0',
    '--data',
    folder,
    '--listen',
    '127.0.0.1:0',
    '--lang',
    'en',
  ]);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    });
    for (;;) {
      const ready = await fetch(`${url}/-/ready`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (ready) return performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
};
const [demo, nothing]: [number[], number[]] = [[], []];
for (let run = 0; run < runs; run += 1) {
  nothing.push(await bare());
  demo.push(await start());
}
console.log(`cold start to the first picture, ${machine()}`);
console.log(
  `demo: ${(quantile(demo, 0.5) / 1000).toFixed(2)} s median of ${runs} (worst ${(Math.max(...demo) / 1000).toFixed(2)} s); a bare Node: ${quantile(nothing, 0.5).toFixed(0)} ms`,
);
