import type { Socket } from 'node:net';
import type { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';

/** Puts pieces together from bytes as they come; `feed` throws at what is none. */
type Assembly<T> = { readonly feed: (chunk: Buffer) => void; readonly take: () => T | null };
/** What it is called when the next piece does not come in time, or not at all. */
type Missing = { readonly late: () => ProbeFailure; readonly closed: () => ProbeFailure };

/** The pieces a connection says, in order; each is waited for under its own name. */
export const piecesOf = <T>(socket: Socket, { feed, take }: Assembly<T>, notes: Notes) => {
  let ended: Error | 'closed' | null = null;
  let wake = (): void => undefined;
  const end = (why: Error | 'closed'): void => {
    ended ??= why;
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    if (ended !== null) return;
    try {
      feed(chunk);
      wake();
    } catch (error) {
      socket.pause();
      end(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', end);
  for (const event of ['end', 'close'] as const) socket.on(event, () => end('closed'));
  return async ({ late, closed }: Missing): Promise<T> => {
    notes.ifLate(late);
    for (;;) {
      const next = take();
      if (next !== null) return next;
      if (ended === 'closed') throw closed();
      if (ended !== null) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
};
