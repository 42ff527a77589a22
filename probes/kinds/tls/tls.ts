import type { TLSSocket } from 'node:tls';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { politely } from '../../wire/frames.ts';
import { secure } from '../../wire/handshake.ts';
import { identityOf } from '../../wire/identity.ts';
import { measure } from '../../wire/measure.ts';
import { startTls } from '../../wire/starttls.ts';

/** A peer that has looked at our certificate and kept us says so by a ticket, or not at all. */
const patienceMs = 300;

/**
 * In TLS 1.3 our side of the handshake is over before the peer has judged the certificate we show: a refusal comes
 * behind it.
 */
const accepted = async (socket: TLSSocket): Promise<void> => {
  let refused: Error | null = null;
  const word = new Promise<void>((resolve) => {
    const refuse = (error: Error): void => {
      refused ??= error;
      resolve();
    };
    socket.once('session', () => resolve());
    socket.once('data', () => resolve());
    socket.once('error', refuse);
    socket.once('close', () =>
      refuse(new ProbeFailure('closed-early', 'expected our certificate to be accepted, got a closed connection')),
    );
  });
  await politely(word, patienceMs);
  if (refused !== null) throw refused;
};

/**
 * A full TLS handshake with `host:port`, at once or when the protocol spoken there was asked for it, and the truth about
 * the certificate also when it is bad.
 */
export const tls: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'tls');
    const endpoint = endpointOf(aim.target, 443);
    const identity = identityOf(aim, options, endpoint.host);
    const at = { context, notes };
    const plain = await dial(endpoint, context, notes);
    const ready = options.startTls === undefined ? plain : await startTls(options.startTls, plain, at);
    const socket = await secure(ready, identity, at);
    if (identity.client !== undefined) await accepted(socket);
    notes.reach('session');
  });
