import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { ProbeFailure } from '../../wire/failure.ts';
import { meantOfMessage } from './meaning.ts';

type Place = { readonly address: string; readonly port: number; readonly source: string | null };
type Hearing = {
  readonly failed: (error: Error) => void;
  /** Whether a message is given to the library. */
  readonly taken: (bytes: Buffer) => boolean;
};
type Listener = (...given: unknown[]) => void;

/**
 * The socket net-snmp works with, connected to one peer: nobody else's packets come in, a refusal is heard, and errors
 * reach us (the library loses those of its own).
 */
export const connectedSockets = ({ address, port, source }: Place, { failed, taken }: Hearing) => ({
  createSocket: () => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    const waiting: (() => void)[] = [];
    let state: 'opening' | 'open' | 'closed' = 'opening';
    socket.on('error', failed);
    // What is thrown while a message is read is that message's doing; it must not end the thread.
    const hear = (work: () => unknown): void => {
      try {
        work();
      } catch (error) {
        failed(
          error instanceof Error
            ? meantOfMessage(error)
            : new ProbeFailure('protocol-error', 'an answer broke the reader'),
        );
      }
    };
    const open = (): void =>
      socket.connect(port, address, (error?: Error) => {
        if (error !== undefined) return failed(error);
        if (state !== 'closed') state = 'open';
        for (const send of waiting.splice(0)) send();
      });
    if (source === null) open();
    else socket.bind({ address: source, exclusive: true }, open);
    return {
      // Errors are ours, above; the library's own handler only emits them under a name nobody can listen to.
      on: (event: string, listener: Listener): void => {
        if (event === 'message') socket.on('message', (bytes: Buffer) => hear(() => taken(bytes) && listener(bytes)));
        else if (event !== 'error') socket.on(event, listener);
      },
      bind: () => undefined,
      ref: () => socket.ref(),
      unref: () => socket.unref(),
      close: () => {
        if (state === 'closed') return;
        state = 'closed';
        socket.close();
      },
      send: (message: Buffer, from: number, length: number, ...rest: readonly unknown[]): void => {
        const done = rest.at(-1);
        const send = (): void => {
          if (state !== 'closed')
            socket.send(message, from, length, (error) => {
              if (error !== null) failed(error);
              if (typeof done === 'function') done(null);
            });
        };
        if (state === 'open') send();
        else waiting.push(send);
      },
    };
  },
});
