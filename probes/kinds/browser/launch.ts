import type { Browser, LaunchOptions } from 'playwright-core';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';

/** Where Debian and others put it; undefined is where playwright itself looks. */
export const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', undefined];
const mostWaiting = 8;

/** One browser at a time in a thread: each wants a core and a few hundred megabytes. */
export const createTurns = () => {
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  return {
    /** Resolves with the way to give the turn on. Whoever waits in vain has measured nothing. */
    take: async (signal: AbortSignal): Promise<() => void> => {
      if (waiting >= mostWaiting)
        throw new ProbeFailure('could-not-run', `expected a free browser, got ${waiting} journeys that wait for one`);
      const before = last;
      let release = (): void => undefined;
      last = new Promise((resolve) => {
        release = resolve;
      });
      waiting += 1;
      const ended = new Promise<never>((_, reject) => {
        const late = () => reject(new ProbeFailure('could-not-run', 'expected a free browser, got none in time'));
        if (signal.aborted) late();
        signal.addEventListener('abort', late, { once: true });
      });
      try {
        await Promise.race([before, ended]);
        return release;
      } catch (error) {
        void before.then(release);
        throw error;
      } finally {
        waiting -= 1;
      }
    },
  };
};
type Turns = ReturnType<typeof createTurns>;
type Programs = readonly (string | undefined)[];
/** What journeys share in a thread. */
export type Browsers = { readonly turns: Turns; readonly places?: Programs };

const environment = (): Record<string, string> =>
  // Nothing else of ours is the browser's business: the environment may hold secrets.
  Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'TZ', 'XDG_RUNTIME_DIR', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

export type Wish = {
  /** Of our own proxy on loopback. */
  readonly port: number;
  /** SHA-256 of the public keys, base64, of certificates that were looked at and hold. */
  readonly pins: readonly string[];
  readonly timeoutMs: number;
};

const optionsFor = ({ port, pins, timeoutMs }: Wish, executablePath: string | undefined): LaunchOptions => ({
  ...(executablePath === undefined ? {} : { executablePath }),
  headless: true,
  // Chromium refuses to make its sandbox as root.
  chromiumSandbox: process.getuid?.() !== 0,
  timeout: timeoutMs,
  env: environment(),
  proxy: { server: `socks5://127.0.0.1:${port}` },
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  args: [
    // Names are asked for by the proxy alone, and nothing goes past it.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',

    ...(pins.length === 0 ? [] : [`--ignore-certificate-errors-spki-list=${pins.join(',')}`]),
  ],
});

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && /executable doesn't exist|ENOENT/i.test(error.message);
const starting = async (wish: Wish, places: Programs): Promise<Browser> => {
  const { chromium } = await import('playwright-core').catch((error: unknown) => {
    throw new ProbeFailure('could-not-run', 'expected the package playwright-core, got none', error);
  });
  for (const program of places)
    try {
      return await chromium.launch(optionsFor(wish, program));
    } catch (error) {
      if (isAbsent(error)) continue;
      const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw new ProbeFailure('could-not-run', `expected Chromium to start, got ${said}`, error);
    }
  throw new ProbeFailure('could-not-run', 'expected Chromium on this machine, got none');
};

/** Its own process id, as it says itself: what is asked politely may be refused. */
const processOf = async (browser: Browser): Promise<number | null> => {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.find(({ type }) => type === 'browser')?.id ?? null;
};
const endProcess = (pid: number): void => {
  try {
    // All its processes are of one group.
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
};

/** A browser of this run alone, with a profile of its own; ended when the attempt ends, whatever it is doing then. */
export const openBrowser = async (
  { turns, places = programs }: Browsers,
  wish: Wish,
  at: { signal: AbortSignal; notes: Notes },
): Promise<Browser> => {
  at.notes.ifLate(() => new ProbeFailure('could-not-run', 'expected a free browser, got none in time'));
  const release = await turns.take(at.signal);
  at.notes.ifLate(() => new ProbeFailure('could-not-run', 'expected Chromium to be ready, got none in time'));
  let over = false;
  let end = (): void => undefined;
  at.notes.hold(() => {
    over = true;
    end();
  });
  const launched = starting(wish, places).then(async (browser) => {
    const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    void gone.then(release);
    const pid = await processOf(browser).catch(() => null);
    end = () => {
      if (pid === null) void browser.close().catch(() => undefined);
      else endProcess(pid);
    };
    if (over) end();
    return browser;
  });
  launched.catch(release);
  return await launched;
};
