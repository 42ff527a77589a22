import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describePeer, peerFolder, programAt } from '../testing/peer.ts';
import { badFiles, goodFiles } from './testing/files.ts';

const program = process.env['FORVARSEL_BLACKBOX'] ?? 'blackbox_exporter';

describePeer('module files before blackbox_exporter', [program], () => {
  const folder = peerFolder('modules');
  afterAll(folder.remove);
  const file = join(folder.path, 'modules.yml');
  const accepts = (text: string): Promise<{ readonly code: number | null; readonly said: string }> =>
    new Promise((resolve, reject) => {
      writeFileSync(file, text);
      const child = spawn(programAt(program) ?? program, ['--config.check', `--config.file=${file}`]);
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, said }));
    });

  test.each(Object.entries(badFiles))('it refuses %s too', async (_, text) => {
    expect(await accepts(text)).toMatchObject({ code: 1, said: expect.stringContaining('Error loading config') });
  });

  test.each(Object.entries(goodFiles))('it reads %s too', async (_, text) => {
    expect(await accepts(text)).toMatchObject({ code: 0 });
  });
});
