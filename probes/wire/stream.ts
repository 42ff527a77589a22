import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { StreamOptions } from '../../infra/landscape/kinds/stream.ts';
import type { Aim, ProbeContext } from '../observation.ts';
import { dial, type Endpoint } from './dial.ts';
import { ProbeFailure } from './failure.ts';
import { secure } from './handshake.ts';
import type { Notes } from './measure.ts';
import { secretOf } from './secret.ts';

export type StreamWish = Omit<StreamOptions, 'tls'> & {
  readonly tls: boolean;
  /** Offered by ALPN. */
  readonly protocols?: readonly string[];
};
export type At = { readonly aim: Aim; readonly context: ProbeContext; readonly notes: Notes };

/** A connection, secured where that was asked for. Secrets are read before anything is dialled. */
export const openStream = async (
  endpoint: Endpoint,
  { tls, serverName, trusted = true, client, protocols }: StreamWish,
  { aim, context, notes }: At,
): Promise<Socket | TLSSocket> => {
  const own = client === undefined ? null : { cert: secretOf(aim, client.certificate), key: secretOf(aim, client.key) };
  const plain = await dial(endpoint, context, notes);
  if (!tls) return plain;
  const identity = {
    name: serverName ?? endpoint.host,
    trusted,
    ...(own === null ? {} : { client: own }),
    ...(protocols === undefined ? {} : { protocols }),
  };
  return await secure(plain, identity, { context, notes });
};

/** A landscape says the same; this holds for whatever else makes checks. */
export const holdPlain = ({
  tls = false,
  allowPlain = false,
}: {
  readonly tls?: boolean;
  readonly allowPlain?: boolean;
}): void => {
  if (!tls && !allowPlain)
    throw new ProbeFailure('could-not-run', 'expected tls: true for a login with a password, or allowPlain: true');
};
