import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { ProbeContext } from '../observation.ts';
import { failureOf } from './failure.ts';

export type Datagram = { readonly bytes: Buffer; readonly at: number };

/**
 * Sends one datagram to an address and gives the first answer of that very address and port that `wanted` takes; what it
 * does not take is passed over. `at` is `context.now()` when it came. Ends with the signal, and leaves no socket.
 */
export const exchangeDatagram = (
  message: Buffer,
  to: { readonly address: string; readonly port: number },
  how: { readonly context: ProbeContext; readonly wanted: (bytes: Buffer) => boolean; readonly sent?: () => void },
): Promise<Datagram> => {
  const { context, wanted, sent = () => undefined } = how;
  const { signal, source, now } = context;
  const socket = createSocket(isIP(to.address) === 6 ? 'udp6' : 'udp4');
  let ended = (): void => undefined;
  const answer = new Promise<Datagram>((resolve, reject) => {
    ended = () => reject(signal.reason);
    signal.addEventListener('abort', ended, { once: true });
    signal.throwIfAborted();
    socket.on('error', (error) => reject(failureOf(error, 'processing')));
    socket.on('message', (bytes: Buffer) => {
      const at = now();
      if (wanted(bytes)) resolve({ bytes, at });
    });
    socket.once('connect', () => {
      sent();
      socket.send(message, (error) => error && reject(failureOf(error, 'processing')));
    });
    const connect = () => socket.connect(to.port, to.address);
    if (source === null) connect();
    else socket.bind({ address: source, exclusive: true }, connect);
  });
  return answer.finally(() => {
    signal.removeEventListener('abort', ended);
    socket.close();
  });
};
