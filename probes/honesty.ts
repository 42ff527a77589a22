import { connect, createServer, type Server } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { monotonic } from './clock.ts';

const periodMs = 10_000;
const resolutionMs = 20;
/** What the calibration server waits before it answers. */
const delayMs = 20;
const patienceMs = 2_000;

/** A server on loopback whose answer is how long it truly waited, in ms on the clock of the process. */
const listenCalibrator = (): Promise<{ readonly server: Server; readonly port: number }> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        const heard = monotonic();
        setTimeout(() => socket.end(String(monotonic() - heard)), delayMs);
      });
    });
    server.maxConnections = 4;
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.unref();
      resolve({ server, port: typeof bound === 'object' && bound !== null ? bound.port : 0 });
    });
  });

/** Seconds between what was measured from the question to the first byte, and what the server says it took. */
const calibrate = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('the calibration got no answer')));
    let asked = 0;
    socket.once('connect', () => {
      asked = monotonic();
      socket.write('?');
    });
    socket.once('data', (answer: Buffer) => {
      const measured = monotonic() - asked;
      socket.destroy();
      resolve(Math.max(0, measured - Number(answer.toString('latin1'))) / 1000);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the calibration was cut short')));
  });

export type Health = {
  readonly loopDelay: number;
  readonly calibration: number | null;
};

/** Watches the thread it runs in, and tells every so often how far its times can be trusted. */
export const createHonesty = (tell: (health: Health) => void, everyMs = periodMs) => {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const calibrator = listenCalibrator().catch(() => null);
  const look = async (): Promise<void> => {
    const ready = await calibrator;
    const calibration = ready === null ? null : await calibrate(ready.port).catch(() => null);
    // The histogram holds the whole time between two ticks of its timer; what is above the timer's own pace is delay.
    const loopDelay = Math.max(0, delay.max / 1e6 - resolutionMs) / 1000;
    delay.reset();
    tell({ loopDelay, calibration });
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    stop: async (): Promise<void> => {
      clearInterval(timer);
      delay.disable();
      (await calibrator)?.server.close();
    },
  };
};
