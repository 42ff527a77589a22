import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { present } from '../../infra/landscape/kinds/kind.ts';
import type { ModuleOptions, StreamOptions } from '../../infra/landscape/kinds/stream.ts';
import type { Aim, ProbeContext } from '../observation.ts';
import { dial, type Endpoint } from './dial.ts';
import { ProbeFailure } from './failure.ts';
import { secure } from './handshake.ts';
import { identityOf } from './identity.ts';
import type { Notes } from './measure.ts';

export type StreamWish = Omit<StreamOptions, 'tls'> &
  ModuleOptions & {
    readonly tls: boolean;
    /** Offered by ALPN. */
    readonly protocols?: readonly string[];
  };
export type At = { readonly aim: Aim; readonly context: ProbeContext; readonly notes: Notes };

/** A connection, secured where that was asked for. Secrets are read before anything is dialled. */
export const openStream = async (
  { host, port }: Endpoint,
  wish: StreamWish,
  { aim, context, notes }: At,
): Promise<Socket | TLSSocket> => {
  const identity = wish.tls ? identityOf(aim, wish, host) : null;
  const endpoint = present<Endpoint>({ host, port, family: wish.family });
  const plain = await dial(endpoint, context, notes);
  return identity === null ? plain : await secure(plain, identity, { context, notes });
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
