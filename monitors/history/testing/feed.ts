import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));

export type Feed = {
  readonly child: ChildProcess;
  /** Minutes whose commit was acknowledged, so far. */
  readonly kept: readonly number[];
  readonly said: readonly string[];
  /** Resolves when `enough` holds after a line was said; rejects when the writer ends first. */
  readonly until: (enough: (feed: Pick<Feed, 'kept' | 'said'>) => boolean) => Promise<void>;
  /** SIGKILL, and everything it said before. */
  readonly kill: () => Promise<void>;
};

/** Starts the real writer in its own process; `wrap` gives the command line that starts it. */
export const feed = (path: string, from: number, wrap = (command: readonly string[]) => command): Feed => {
  const [program = '', ...rest] = wrap([process.execPath, writer, path, String(from)]);
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  const [kept, said]: [number[], string[]] = [[], []];
  let heard = (): void => undefined;
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    said.push(line);
    if (line.startsWith('kept ')) kept.push(Number(line.slice(5)));
    heard();
  });
  const ended = Promise.all([once(child, 'close'), once(lines, 'close')]);
  return {
    child,
    kept,
    said,
    until: (enough) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (enough({ kept, said })) resolve();
        };
        heard();
        void ended.then(() => reject(new Error(`expected a running writer, got its end: ${complaint || said.at(-1)}`)));
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
