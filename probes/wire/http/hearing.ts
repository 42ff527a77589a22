import type { Socket } from 'node:net';
import type { Notes } from '../measure.ts';
import type { Reader } from './reader.ts';

/** Connects a reader to what comes in; `answered` is fulfilled with the whole answer and fails with whatever prevents it. */
export const createHearing = (reader: Reader, notes: Notes) => {
  const { promise: answered, resolve, reject } = Promise.withResolvers<void>();
  // Let go of when it is over: a closed socket lives on for a while, and so would all of the run with it.
  let to: { readonly reader: Reader; readonly notes: Notes; resolve: typeof resolve; reject: typeof reject } | null = {
    reader,
    notes,
    resolve,
    reject,
  };
  let heard = false;
  // Whoever waits hears of it; before anybody does it must not end the process.
  answered.catch(() => undefined);
  const done = (): void => {
    to?.resolve();
    to = null;
  };
  const fail = (error: unknown): void => {
    to?.reject(error);
    to = null;
  };
  const take = (bytes: Buffer): boolean => {
    if (to === null) return false;
    // The first byte of an answer is where waiting ends.
    if (!heard) to.notes.enter('transfer');
    heard = true;
    try {
      if (!to.reader.push(bytes)) return true;
      done();
    } catch (error) {
      fail(error);
    }
    return false;
  };
  const end = (): void => {
    try {
      to?.reader.end();
      done();
    } catch (error) {
      fail(error);
    }
  };
  return { answered, take, end, fail };
};
export type Hearing = ReturnType<typeof createHearing>;

// One place for all connections of the thread: what comes in is taken out before the next can come.
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Takes what comes in straight from the connection, for `dial`. */
export const straight = ({ take }: Hearing) => ({
  buffer: scratch,
  callback: (size: number): boolean => take(scratch.subarray(0, size)),
});

/** Hears the ends of a connection, and unless it is read straight its data. Gives the way to stop. */
export const listenTo = (socket: Socket, hearing: Hearing, data: boolean): (() => void) => {
  if (data) socket.on('data', hearing.take);
  socket.on('end', hearing.end);
  socket.on('close', hearing.end);
  socket.on('error', hearing.fail);
  return () => {
    socket.off('data', hearing.take).off('end', hearing.end).off('close', hearing.end).off('error', hearing.fail);
  };
};
