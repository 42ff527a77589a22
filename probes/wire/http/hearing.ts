import type { Socket } from 'node:net';
import type { Notes } from '../measure.ts';
import type { Reader } from './reader.ts';

/** Connects a reader to what comes in; `answered` is fulfilled with the whole answer and fails with whatever prevents it. */
export const createHearing = (reader: Reader, notes: Notes) => {
  let heard = false;
  let over = false;
  let settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null;
  const answered = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever waits hears of it; before anybody does it must not end the process.
  answered.catch(() => undefined);
  const fail = (error: unknown): void => {
    over = true;
    settle?.reject(error);
  };
  const take = (bytes: Buffer): boolean => {
    if (over) return false;
    // The first byte of an answer is where waiting ends.
    if (!heard) notes.enter('transfer');
    heard = true;
    try {
      if (!reader.push(bytes)) return true;
      over = true;
      settle?.resolve();
    } catch (error) {
      fail(error);
    }
    return false;
  };
  const end = (): void => {
    if (over) return;
    try {
      reader.end();
      over = true;
      settle?.resolve();
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
