import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Guard } from './frames.ts';

/**
 * Our connection in the shape the libraries know a socket by. Everything that comes passes the guard first, and what a
 * library throws while it reads is caught here: thrown in a stream of Node it would end the thread.
 */
export const createLine = (guard: Guard, speaks: string) => {
  const line = new EventEmitter();
  let under: Socket | null = null;
  let cause: Error | null = null;
  let told = (_: Error): void => undefined;
  const broken = new Promise<never>((_, reject) => {
    told = reject;
  });
  broken.catch(() => undefined);
  const fail = (error: Error): void => {
    if (cause !== null) return;
    cause = error;
    // A last word of the server, said before it hung up, is still on its way through the library.
    setImmediate(told, error);
    under?.destroy();
  };
  const data = (chunk: Buffer): void => {
    try {
      guard.take(chunk);
      line.emit('data', chunk);
    } catch (error) {
      fail(error instanceof ProbeFailure ? error : new ProbeFailure('protocol-error', `expected ${speaks}`, error));
    }
  };
  const closed = (): void => {
    fail(new ProbeFailure('closed-early', `expected ${speaks}, got a closed connection`));
    line.emit('end');
    line.emit('close');
  };
  const failed = (error: Error): void => fail(error);
  const attach = (socket: Socket): void => {
    under = socket;
    socket.on('data', data).on('error', failed).on('end', closed).on('close', closed).resume();
  };
  const detach = (): void => {
    under?.off('data', data).off('error', failed).off('end', closed).off('close', closed).pause();
  };
  const own = {
    connect: () => void queueMicrotask(() => line.emit('connect')),
    write: (bytes: Buffer, done?: (error?: Error | null) => void): boolean => {
      guard.sent?.(bytes);
      return under?.write(bytes, done) ?? false;
    },
    end: (bytes?: Buffer | string): void => void (bytes === undefined ? under?.end() : under?.end(bytes)),
    destroy: (): void => void under?.destroy(),
    pause: (): void => void under?.pause(),
    resume: (): void => void under?.resume(),
    setNoDelay: (): void => undefined,
    setKeepAlive: (): void => undefined,
    ref: (): void => undefined,
    unref: (): void => undefined,
    cork: (): void => under?.cork(),
    uncork: (): void => under?.uncork(),
    writable: true,
  };
  return {
    /** For the library. */
    stream: Object.assign(line, own),
    attach,
    detach,
    fail,
    /** Why nothing more will come; rejects when that is known. */
    broken,
    cause: () => cause,
  };
};
export type Line = ReturnType<typeof createLine>;
