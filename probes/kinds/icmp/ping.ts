import { spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { ProbeFailure } from '../../wire/failure.ts';

/**
 * The only way to ICMP: Node has no such sockets, and iputils' `ping` has them without being root. It is given resolved
 * addresses and numbers only, never a text of anybody else's.
 */
export type Pinging = {
  readonly address: string;
  readonly source: string | null;
  readonly packets: number;
  readonly size: number;
  readonly hopLimit: number | null;
  readonly dontFragment: boolean;
  readonly intervalS: number;
  readonly signal: AbortSignal;
};

const most = 16 * 1024;

const argumentsOf = ({
  address,
  source,
  packets,
  size,
  hopLimit,
  dontFragment,
  intervalS,
}: Pinging): readonly string[] => [
  isIP(address) === 6 ? '-6' : '-4',
  ...['-n', '-O', '-c', String(packets), '-s', String(size), '-i', intervalS.toFixed(3)],
  ...(hopLimit === null ? [] : ['-t', String(hopLimit)]),
  ...(dontFragment ? ['-M', 'do'] : []),
  ...(source === null ? [] : ['-I', source]),
  ...['--', address],
];

export type Said = {
  readonly text: string;
  /** What it ended with; null when the signal ended it. 0 has heard echoes, 1 has not, others could not try. */
  readonly code: number | null;
};

/** What `ping` has said when it ended, or when the signal ended it. Throws `could-not-run` where there is none. */
export const ping = async (how: Pinging): Promise<Said> => {
  if (isIP(how.address) === 0 || (how.source !== null && isIP(how.source) === 0))
    throw new ProbeFailure('could-not-run', 'expected an address to ping, got something else');
  how.signal.throwIfAborted();
  const child = spawn('ping', argumentsOf(how), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (text.length < most) text += chunk.toString('latin1', 0, most);
    });
  const end = (): void => void child.kill('SIGKILL');
  how.signal.addEventListener('abort', end, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          new ProbeFailure(
            'could-not-run',
            `expected the program ping, got ${cause.code ?? 'an error'}; install iputils-ping`,
            cause,
          ),
        ),
      );
      child.once('close', resolve);
    });
    return { text, code };
  } finally {
    how.signal.removeEventListener('abort', end);
    end();
  }
};
