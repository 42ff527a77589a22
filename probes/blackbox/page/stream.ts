import { certificate, lastChain } from './certificate.ts';
import { regex } from './http.ts';
import { address, deeper, type Family, family, type Told, truth } from './told.ts';

export const unix: readonly Family[] = [
  family('probe_expect_info', 'Explicit content matched', ({ labels, seen }) => {
    const { captured } = seen.facts;
    if (labels === null || captured === undefined) return null;
    return [{ labels: Object.fromEntries(labels.map((name) => [name, captured[name] ?? ''])), value: 1 }];
  }),
  family('probe_failed_due_to_bytes', 'Indicates if probe failed due to bytes', (told) =>
    spoke(told) ? truth(told.seen.facts.failedOn === 'bytes') : null,
  ),
  { ...regex, of: (told) => (spoke(told) ? regex.of(told) : null) },
  lastChain,
  ...certificate,
];
/** Whether it came to a dialogue: a handshake that opens the connection belongs to connecting. */
const spoke = (told: Told): boolean =>
  told.seen.phases.processing !== undefined || (told.seen.outcome === 'good' && deeper(told, 'none'));

export const tcp: readonly Family[] = [...unix, ...address];
