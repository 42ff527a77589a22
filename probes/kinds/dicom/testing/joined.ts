import type { Socket } from 'node:net';

/** Two sockets become one connection: ends and errors go through. */
export const joined = (one: Socket, other: Socket): void => {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
};
