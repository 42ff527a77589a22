import type { Text } from '../infra/landscape/model.ts';
import type { Reason } from '../probes/observation.ts';

/** Why a run failed, for a person; the codes stay the same in metrics and runbooks. */
export const reasonWords: Readonly<Record<Reason, Text>> = {
  'name-not-found': { en: 'the name is not known', da: 'navnet findes ikke' },
  'resolver-failed': { en: 'the name server does not answer', da: 'navneserveren svarer ikke' },
  refused: { en: 'connection refused', da: 'forbindelsen blev afvist' },
  unreachable: { en: 'no way there', da: 'ingen vej dertil' },
  'connect-timeout': { en: 'no connection in time', da: 'ingen forbindelse i tide' },
  reset: { en: 'the connection was broken', da: 'forbindelsen blev afbrudt' },
  'closed-early': { en: 'it hung up too soon', da: 'den lagde på for tidligt' },
  'tls-handshake': { en: 'no secure connection', da: 'ingen sikker forbindelse' },
  'certificate-expired': { en: 'its certificate has ended', da: 'certifikatet er udløbet' },
  'certificate-not-yet-valid': { en: 'its certificate is not valid yet', da: 'certifikatet gælder ikke endnu' },
  'certificate-untrusted': { en: 'its certificate is not trusted', da: 'certifikatet er ikke betroet' },
  'certificate-name': { en: 'its certificate is of another name', da: 'certifikatet har et andet navn' },
  'no-answer': { en: 'no answer in time', da: 'intet svar i tide' },
  'protocol-error': { en: 'an answer nobody understands', da: 'et svar, ingen forstår' },
  'answer-too-large': { en: 'an answer too large', da: 'et for stort svar' },
  'too-many-redirects': { en: 'sent on too many times', da: 'sendt videre for mange gange' },
  'unexpected-status': { en: 'it answers with an error', da: 'den svarer med en fejl' },
  'unexpected-answer': { en: 'it gives another answer than it should', da: 'den svarer noget andet, end den skal' },
  'unexpected-rcode': { en: 'the name server answers with an error', da: 'navneserveren svarer med en fejl' },
  'series-missing': { en: 'the numbers are missing', da: 'tallene mangler' },
  'could-not-run': { en: 'the probe could not run', da: 'proben kunne ikke køre' },
};
