import { isIP } from 'node:net';
import type { Session, User } from 'net-snmp';
import type { SnmpOptions, SnmpUser } from '../../../infra/landscape/kinds/snmp.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secretOf } from '../../wire/secret.ts';
import type { Library } from './library.ts';
import { meant } from './meaning.ts';
import { securedAs } from './security.ts';
import { connectedSockets } from './socket.ts';

const userOf = (snmp: Library, aim: Aim, { name, auth, priv }: SnmpUser): User => {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = snmp;
  if (auth === undefined) return { name, level: SecurityLevel.noAuthNoPriv };
  const authProtocol = AuthProtocols[auth.protocol] ?? '';
  const known = { name, authProtocol, authKey: secretOf(aim, auth.password) };
  if (priv === undefined) return { ...known, level: SecurityLevel.authNoPriv };
  const privProtocol = PrivProtocols[priv.protocol] ?? '';
  return { ...known, level: SecurityLevel.authPriv, privProtocol, privKey: secretOf(aim, priv.password) };
};

export type Place = {
  readonly address: string;
  readonly port: number;
  readonly source: string | null;
};
export type Hearing = {
  readonly failed: (error: Error) => void;
  /** The agent has said something that may be an answer. */
  readonly heard: () => void;
};

const faults: Readonly<Record<ReturnType<typeof securedAs>, (() => ProbeFailure) | null>> = {
  secured: null,
  not: () => new ProbeFailure('mismatched-answer', 'expected an answer secured as the question, got one that is not'),
  unreadable: () => new ProbeFailure('protocol-error', 'expected an SNMP answer, got bytes that are none'),
};

/** A session of net-snmp over a socket of ours. Secrets are read here, before anything is sent. */
export const sessionOf = (
  snmp: Library,
  aim: Aim,
  at: Place & Hearing & { readonly options: SnmpOptions },
): Session => {
  const { options, address, port, source, failed, heard } = at;
  const { user, community, context } = options;
  const must = { authenticated: user?.auth !== undefined, encrypted: user?.priv !== undefined };
  const taken = (bytes: Buffer): boolean => {
    const fault = faults[securedAs(bytes, must)];
    if (fault === null) heard();
    else failed(fault());
    return fault === null;
  };
  const how = {
    port,
    retries: 0,
    // The deadline is the attempt's own; theirs would only blur the reason.
    timeout: aim.check.timeoutMs * 2,
    transport: isIP(address) === 6 ? ('udp6' as const) : ('udp4' as const),
    dgramModule: connectedSockets({ address, port, source }, { failed, taken }),
    ...(context === undefined ? {} : { context }),
  };
  if (user !== undefined) {
    const known = userOf(snmp, aim, user);
    try {
      return snmp.createV3Session(address, known, how);
    } catch (error) {
      throw error instanceof Error ? meant(error) : error;
    }
  }
  if (community === undefined) throw new ProbeFailure('could-not-run', 'expected a community or a user, got neither');
  return snmp.createSession(address, secretOf(aim, community), { ...how, version: snmp.Version2c });
};
