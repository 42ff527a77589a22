import { X509Certificate } from 'node:crypto';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Answer } from '../../wire/http/request.ts';

const metadataName = 'urn:oasis:names:tc:SAML:2.0:metadata';
const signatureName = 'http://www.w3.org/2000/09/xmldsig#';
/** Beyond anything that one provider has. */
const deepest = 50;
const mostCertificates = 100;
const longestCertificate = 64 * 1024;

export type SamlMetadata = {
  /** Unix seconds: the earliest end of the metadata themselves; null when they do not say. */
  readonly validUntil: number | null;
  readonly certificates: readonly { readonly from: number; readonly until: number }[];
};

const certificateOf = (base64: string): { readonly from: number; readonly until: number } => {
  try {
    const { validFromDate, validToDate } = new X509Certificate(Buffer.from(base64, 'base64'));
    return { from: validFromDate.getTime() / 1000, until: validToDate.getTime() / 1000 };
  } catch {
    throw new ProbeFailure('unexpected-answer', 'expected X.509 certificates in the metadata, got something else');
  }
};
const untilOf = (text: string): number => {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new ProbeFailure('unexpected-answer', 'expected a time as validUntil, got something else');
  return time / 1000;
};

/** What is read of it while it is parsed. Keys without a use sign as well (SAML 2.0 metadata §2.4.1.1). */
const createReader = () => {
  const ends: number[] = [];
  const certificates: SamlMetadata['certificates'][number][] = [];
  let entities = 0;
  let depth = 0;
  let signing = false;
  let text: string | null = null;
  return {
    open: (name: string, attribute: (name: string) => string | undefined) => {
      depth += 1;
      if (depth > deepest)
        throw new ProbeFailure('protocol-error', `expected metadata of at most ${deepest} levels, got more`);
      const until = attribute('validUntil');
      if (until !== undefined && name.startsWith(metadataName)) ends.push(untilOf(until));
      if (name === `${metadataName} EntityDescriptor`) entities += 1;
      if (name === `${metadataName} KeyDescriptor`) signing = (attribute('use') ?? 'signing') === 'signing';
      if (name === `${signatureName} X509Certificate` && signing) text = '';
    },
    text: (more: string) => {
      if (text === null) return;
      text += more;
      if (text.length > longestCertificate)
        throw new ProbeFailure(
          'answer-too-large',
          `expected a certificate of at most ${longestCertificate} characters, got more`,
        );
    },
    close: (name: string) => {
      depth -= 1;
      if (name === `${metadataName} KeyDescriptor`) signing = false;
      if (text === null || name !== `${signatureName} X509Certificate`) return;
      if (certificates.length >= mostCertificates)
        throw new ProbeFailure('answer-too-large', `expected at most ${mostCertificates} certificates, got more`);
      certificates.push(certificateOf(text));
      text = null;
    },
    metadata: (): SamlMetadata => {
      if (entities === 0) throw new ProbeFailure('unexpected-answer', 'expected SAML metadata, got other XML');
      if (certificates.length === 0)
        throw new ProbeFailure('unexpected-answer', 'expected a signing certificate in the metadata, got none');
      return { validUntil: ends.length === 0 ? null : Math.min(...ends), certificates };
    },
  };
};

/** Reads SAML metadata, strictly: well-formed or nothing, no document type and so no entities but XML's own five. */
export const samlIn = async ({ body }: Pick<Answer, 'body'>): Promise<SamlMetadata> => {
  const { SaxesParser } = await import('saxes');
  const reader = createReader();
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('doctype', () => {
    throw new ProbeFailure('protocol-error', 'expected metadata without a document type, got one');
  });
  parser.on('opentag', ({ uri, local, attributes }) =>
    reader.open(`${uri} ${local}`, (name) => attributes[name]?.value),
  );
  parser.on('text', reader.text);
  parser.on('cdata', reader.text);
  parser.on('closetag', ({ uri, local }) => reader.close(`${uri} ${local}`));
  parser.on('error', () => {
    throw new ProbeFailure('unexpected-answer', 'expected well-formed SAML metadata, got something else');
  });
  parser.write(body.toString('utf8')).close();
  return reader.metadata();
};

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/**
 * One certificate must be good now: beside it an old or a coming one may stand while keys are changed. Metadata that
 * have ended are believed by nobody.
 */
export const holdSaml = ({ validUntil, certificates }: SamlMetadata, now: number): void => {
  if (validUntil !== null && validUntil <= now)
    throw new ProbeFailure(
      'certificate-expired',
      `expected metadata that are still valid, got validUntil ${day(validUntil)}`,
    );
  if (certificates.some(({ from, until }) => from <= now && now < until)) return;
  const [latest] = certificates.toSorted((a, b) => b.until - a.until);
  if (latest === undefined || latest.until <= now)
    throw new ProbeFailure(
      'certificate-expired',
      `expected a signing certificate that is still valid, got the last one ended ${day(latest?.until ?? 0)}`,
    );
  throw new ProbeFailure(
    'certificate-not-yet-valid',
    `expected a signing certificate that is valid already, got one from ${day(latest.from)}`,
  );
};
