import { certificate, cipher, lastChain } from './certificate.ts';
import { finalOf } from './final.ts';
import { address, byPhase, type Family, family, secondsOf, type Told, truth } from './told.ts';

/** A phase counts once it has led on to the next: a refused connection took no time to connect. */
const httpPhases = (told: Told): Readonly<Record<string, number>> => {
  const { seen, lookup, token } = told;
  const { http, tls } = seen.facts;
  const looked = lookup !== null || (http?.redirects ?? 0) > 0;
  const resolve = looked ? { resolve: secondsOf(told, 'resolve') } : null;
  if (lookup !== null && lookup.address === null) return { ...resolve };
  const answered = http !== undefined;
  const heard = seen.phases.transfer !== undefined && (answered || !token);
  const connected = answered || (seen.phases.processing !== undefined && !token);
  return {
    connect: connected ? secondsOf(told, 'connect') : 0,
    processing: heard ? secondsOf(told, 'processing') : 0,
    ...resolve,
    tls: connected && tls !== undefined ? secondsOf(told, 'tls') : 0,
    transfer: finalOf(told) === null ? 0 : secondsOf(told, 'transfer'),
  };
};

export const regex = family('probe_failed_due_to_regex', 'Indicates if probe failed due to regex', ({ seen }) =>
  truth(seen.facts.failedOn === 'regex'),
);
export const http: readonly Family[] = [
  family('probe_failed_due_to_cel', 'Indicates if probe failed due to CEL expression not matching', ({ cel, seen }) =>
    cel ? truth(seen.facts.failedOn === 'cel') : null,
  ),
  regex,
  family('probe_http_content_length', 'Length of http content response', (told) => finalOf(told)?.contentLength ?? 0),
  family('probe_http_duration_seconds', 'Duration of http request by phase, summed over all redirects', (told) =>
    byPhase(httpPhases(told)),
  ),
  family(
    'probe_http_last_modified_timestamp_seconds',
    'Returns the Last-Modified HTTP response header in unixtime',
    (told) => finalOf(told)?.lastModified ?? null,
  ),
  family('probe_http_redirects', 'The number of redirects', ({ seen }) => seen.facts.http?.redirects ?? 0),
  family('probe_http_ssl', 'Indicates if SSL was used for the final redirect', (told) =>
    truth(finalOf(told)?.tls === true),
  ),
  family('probe_http_status_code', 'Response HTTP status code', (told) => finalOf(told)?.status ?? 0),
  family('probe_http_uncompressed_body_length', 'Length of uncompressed response body', (told) => {
    const { bodyLength = 0, redirects = 0 } = finalOf(told) ?? {};
    return redirects > told.mostRedirects ? 0 : bodyLength;
  }),
  family('probe_http_version', 'Returns the version of HTTP of the probe response', (told) =>
    Number(finalOf(told)?.version ?? 0),
  ),
  lastChain,
  cipher,
  ...certificate,
  ...address,
];
