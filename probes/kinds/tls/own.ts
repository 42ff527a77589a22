import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Facts } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { politely } from '../../wire/frames.ts';

type Own = NonNullable<Facts['ownCertificate']>;

/** How long a peer may look at our certificate, and how long it may then take to say goodbye. */
const patienceMs = { word: 300, goodbye: 700 } as const;

/** A connection and the TLS that is spoken over it; only the former counts what came in. */
export type Secured = { readonly plain: Socket; readonly socket: TLSSocket };

/** What the peer says behind the handshake. */
const listen = ({ plain, socket }: Secured) => {
  const before = plain.bytesRead;
  let refused: Error | null = null;
  let said = false;
  let gone = false;
  let wake = (): void => undefined;
  const spoke = (): void => {
    said = true;
    wake();
  };
  const left = (): void => {
    gone = true;
    wake();
  };
  socket.on('session', spoke).on('data', spoke).on('end', left).on('close', left);
  socket.on('error', (error) => {
    refused ??= error;
    wake();
  });
  return {
    /** Waits for anything at all; an alert is thrown. */
    wait: async (withinMs: number): Promise<void> => {
      const word = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!said && !gone && refused === null) await politely(word, withinMs);
      if (refused !== null) throw refused;
    },
    said: () => said,
    gone: () => gone,
    /** A goodbye too can be read only from somebody whose side of the handshake is over. */
    tookLeave: () => gone && plain.bytesRead > before,
  };
};

/**
 * In TLS 1.3 our side of the handshake is over before the peer has judged the certificate we show: a refusal comes
 * behind it. Who has looked at it and kept us sends a ticket, or a word, or answers our goodbye; who does none of it has
 * told us nothing.
 */
const judged = async (secured: Secured, timeoutMs: number): Promise<Own> => {
  const peer = listen(secured);
  await peer.wait(Math.min(patienceMs.word, timeoutMs / 4));
  if (peer.said()) return 'accepted';
  if (peer.gone())
    throw new ProbeFailure('closed-early', 'expected our certificate to be accepted, got a closed connection');
  secured.socket.end();
  await peer.wait(Math.min(patienceMs.goodbye, timeoutMs / 4));
  return peer.said() || peer.tookLeave() ? 'accepted' : 'not-told';
};

/** What became of our certificate; throws where it was refused. */
export const ownCertificate = async (secured: Secured, timeoutMs: number): Promise<Own> => {
  const { socket } = secured;
  const version = socket.getProtocol();
  // A server that asks says what signatures it takes, since TLS 1.2; one that does not ask leaves none to share.
  if (version !== 'TLSv1.3' && version !== 'TLSv1.2') return 'not-told';
  if (socket.getSharedSigalgs().length === 0) return 'not-asked-for';
  return version === 'TLSv1.2' ? 'accepted' : await judged(secured, timeoutMs);
};
