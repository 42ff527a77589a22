import type { Reason } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';

/** What Chromium calls trouble on the wire (net_error_list.h); the first that fits. */
const reasons: readonly (readonly [RegExp, Reason, string])[] = [
  [/ERR_CERT_DATE_INVALID/, 'certificate-expired', 'a certificate that is not valid now'],
  [/ERR_CERT_COMMON_NAME_INVALID/, 'certificate-name', 'a certificate for another name'],
  [/ERR_CERT_/, 'certificate-untrusted', 'a certificate that is not trusted'],
  [/ERR_SSL_|ERR_ECH_/, 'tls-handshake', 'no TLS handshake'],
  [/ERR_TOO_MANY_REDIRECTS/, 'too-many-redirects', 'redirects without end'],
  [/ERR_CONNECTION_RESET/, 'reset', 'a broken connection'],
  [
    /ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|ERR_CONNECTION_CLOSED|ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE/,
    'closed-early',
    'a closed connection',
  ],
  [/ERR_CONNECTION_REFUSED/, 'refused', 'a refused connection'],
  [/ERR_NAME_NOT_RESOLVED/, 'name-not-found', 'no address'],
  [/ERR_RESPONSE_HEADERS_TOO_BIG/, 'answer-too-large', 'headers that are too large'],
  [/ERR_TIMED_OUT|ERR_CONNECTION_TIMED_OUT/, 'no-answer', 'none in time'],
  [/ERR_ABORTED/, 'unexpected-answer', 'something that is no page'],
  [/ERR_/, 'protocol-error', 'what cannot be read'],
];

/** Chromium's word for what happened to a page, as a failure of a step; null where it says nothing of the wire. */
export const troubleOf = (said: string, step: string): ProbeFailure | null => {
  const code = /net::(ERR_[A-Z0-9_]{1,60})/.exec(said)?.[1];
  if (code === undefined) return null;
  const [, reason, got] = reasons.find(([pattern]) => pattern.test(code)) ?? [
    null,
    'protocol-error' as const,
    'no page',
  ];
  return new ProbeFailure(reason, `expected a page in step ${step}, got ${got} (${code})`);
};

/** The proxy's own refusals come back as these: it knows better why. */
export const isOfProxy = (said: string): boolean => /ERR_SOCKS|ERR_PROXY|ERR_TUNNEL/.test(said);
