import type { Phase, Reason } from '../observation.ts';

/** Why an attempt failed, by the closed list. `could-not-run` is our own trouble and measures nothing. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
  readonly reason: Reason;
  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

const byCode: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'closed-early',
  HPE_INVALID_EOF_STATE: 'closed-early',
  HPE_HEADER_OVERFLOW: 'answer-too-large',
  ENOTFOUND: 'name-not-found',
  ENODATA: 'name-not-found',
  ERR_BUFFER_TOO_LARGE: 'answer-too-large',
};

const byPrefix: readonly (readonly [string, Reason])[] = [
  ['HPE_', 'protocol-error'],
  ['Z_', 'protocol-error'],
  ['ERR_ZLIB', 'protocol-error'],
  ['ERR__ERROR_', 'protocol-error'],
  ['ERR_SSL_', 'tls-handshake'],
  ['ERR_OSSL_', 'tls-handshake'],
];

const field = (error: unknown, name: 'code' | 'syscall'): string => {
  if (typeof error !== 'object' || error === null || !(name in error)) return '';
  const value = Object.getOwnPropertyDescriptor(error, name)?.value;
  return typeof value === 'string' ? value : '';
};

const reasonOf = (error: unknown, phase: Phase | null): Reason => {
  const code = field(error, 'code');
  // Node says ECONNRESET without a system call when the peer only closed in the middle of a handshake.
  if (phase === 'tls' && code === 'ECONNRESET' && field(error, 'syscall') === '') return 'closed-early';
  if (phase === 'tls' && code === 'EPROTO') return 'tls-handshake';
  return byCode[code] ?? byPrefix.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'could-not-run';
};

/** Any error as a failure; one that no rule knows is ours until shown otherwise, never the peer's. */
export const failureOf = (error: unknown, phase: Phase | null): ProbeFailure => {
  if (error instanceof ProbeFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new ProbeFailure(reasonOf(error, phase), text, error);
};

const late: Readonly<Record<Phase, readonly [Reason, string]>> = {
  resolve: ['resolver-failed', 'expected an address from the resolver, got no answer in time'],
  connect: ['connect-timeout', 'expected a connection, got none in time'],
  tls: ['no-answer', 'expected a TLS handshake, got no complete one in time'],
  processing: ['no-answer', 'expected an answer, got none in time'],
  transfer: ['no-answer', 'expected the whole answer, got only a part of it in time'],
};

/** What an ended signal means in a phase: only a deadline says something about the peer. */
export const endedOf = (signal: AbortSignal, phase: Phase | null): ProbeFailure => {
  const deadline = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  if (!deadline || phase === null) return new ProbeFailure('could-not-run', 'stopped before it could measure');
  return new ProbeFailure(...late[phase]);
};
