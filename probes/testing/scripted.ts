import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * What a server does next: says something at once (latin1), or when it has heard what matches; speaks TLS from here on;
 * closes its half; or resets the connection.
 */
export type Line = string | { readonly when: RegExp; readonly say: string } | 'tls' | 'end' | 'reset';

/** A server that follows a script, whatever it hears beside. */
export const scripted =
  (script: readonly Line[], credentials?: { readonly key: string; readonly cert: string }) =>
  (connection: Socket): void => {
    const left = [...script];
    let heard = '';
    let socket: Socket = connection;
    const listen = (): void => {
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
        next();
      });
    };
    const secured = (): void => {
      connection.removeAllListeners('data');
      socket = new TLSSocket(connection, { isServer: true, ...credentials });
      for (const event of ['error', 'end', 'close']) socket.on(event, () => connection.destroy());
      heard = '';
      listen();
    };
    /** False when it must wait. */
    const step = (line: Line): boolean => {
      if (line === 'tls') secured();
      else if (line === 'end') socket.end();
      else if (line === 'reset') connection.resetAndDestroy();
      else if (typeof line === 'string') socket.write(Buffer.from(line, 'latin1'));
      else {
        if (!line.when.test(heard)) return false;
        heard = '';
        socket.write(Buffer.from(line.say, 'latin1'));
      }
      return true;
    };
    const next = (): void => {
      for (let line = left[0]; line !== undefined && step(line); line = left[0]) left.shift();
    };
    listen();
    next();
  };
