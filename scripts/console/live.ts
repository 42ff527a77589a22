import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ConsoleSource } from './source.ts';

const mostListeners = 64;
const restMs = 1_000;
/** A comment now and then keeps proxies from closing the line. No script sees it: silence stays silence. */
const breathMs = 15_000;

const word = (source: ConsoleSource): string => {
  const picture = source.picture();
  return JSON.stringify({ at: picture?.at ?? null, age: picture === null ? null : source.now() - picture.at });
};

/** Tells each open page that there is a new picture, at most once a second; never what is in it. */
export const createLive = (source: ConsoleSource, closed: AbortSignal) => {
  const open = new Set<symbol>();
  return (context: Context): Response => {
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' });
    if (open.size >= mostListeners) return context.text('too many open pages\n', 503, { 'retry-after': '10' });
    const self = Symbol('listener');
    open.add(self);
    return streamSSE(context, async (stream) => {
      let due = Promise.withResolvers<void>();
      const wake = () => due.resolve();
      const stop = source.subscribe(wake);
      const breath = setInterval(() => void stream.write(': \n\n'), breathMs);
      const left = Promise.withResolvers<void>();
      const leave = () => left.resolve();
      stream.onAbort(leave);
      closed.addEventListener('abort', leave);
      try {
        while (!stream.aborted && !closed.aborted) {
          due = Promise.withResolvers<void>();
          await stream.writeSSE({ event: 'changed', data: word(source) });
          await Promise.race([left.promise, Promise.all([due.promise, stream.sleep(restMs)])]);
        }
      } finally {
        clearInterval(breath);
        closed.removeEventListener('abort', leave);
        stop();
        open.delete(self);
      }
    });
  };
};
