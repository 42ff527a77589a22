import { createHash, X509Certificate } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { ProbeFailure } from '../../wire/failure.ts';
import { isObject } from '../../wire/json.ts';
import { addressIn, objectOf, type Said } from '../../wire/oauth/ask.ts';

/** What a provider says of itself (OpenID Connect Discovery 1.0 §3), each address one that may be asked. */
export type Provider = {
  readonly issuer: string;
  readonly authorize: URL | null;
  readonly token: URL | null;
  readonly keys: URL;
  readonly userinfo: URL | null;
  readonly logout: URL | null;
  /** It names itself in the answer to an authorisation (RFC 9207). */
  readonly namesItself: boolean;
};

export const holdOk = ({ status }: Said, what: string): void => {
  if (status !== 200) throw new ProbeFailure('unexpected-status', `expected status 200 with ${what}, got ${status}`);
};

const listed = (value: unknown): readonly unknown[] | null => (Array.isArray(value) ? value : null);
const holdSupport = (given: Readonly<Record<string, unknown>>, name: string, wanted: string): void => {
  const all = listed(given[name]);
  if (all !== null && !all.includes(wanted))
    throw new ProbeFailure('unexpected-answer', `expected ${wanted} among ${name}, got others`);
};

const withoutSlash = (text: string): string => text.replace(/\/$/, '');

/** `declared` is an issuer that was written down, and meant to the letter; else the target, whose last slash is nobody's. */
const holdIssuer = (issuer: unknown, declared: string | undefined, target: URL): string => {
  const fits =
    typeof issuer === 'string' &&
    (declared === undefined ? withoutSlash(issuer) === withoutSlash(target.href) : issuer === declared);
  if (fits) return issuer;
  const got = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer).href : 'something else';
  throw new ProbeFailure(
    'mismatched-answer',
    `expected the issuer ${declared ?? withoutSlash(target.href)}, got ${got}`,
  );
};

export const providerIn = (
  answer: Said,
  { declared, target }: { readonly declared: string | undefined; readonly target: URL },
): Provider => {
  holdOk(answer, 'a discovery document');
  const given = objectOf(answer, 'a discovery document');
  const issuer = holdIssuer(given['issuer'], declared, target);
  holdSupport(given, 'response_types_supported', 'code');
  holdSupport(given, 'code_challenge_methods_supported', 'S256');
  const maybeAddress = (name: string): URL | null =>
    given[name] === undefined ? null : addressIn(given[name], name, target);
  return {
    issuer,
    authorize: maybeAddress('authorization_endpoint'),
    token: maybeAddress('token_endpoint'),
    keys: addressIn(given['jwks_uri'], 'jwks_uri', target),
    userinfo: maybeAddress('userinfo_endpoint'),
    logout: maybeAddress('end_session_endpoint'),
    namesItself: given['authorization_response_iss_parameter_supported'] === true,
  };
};

export type Keys = {
  readonly set: JSONWebKeySet;
  /** 48 bits over all keys: another number is another set of keys. */
  readonly hash: number;
  /** Of the certificates beside the keys: the latest beginning and the earliest end, unix seconds. */
  readonly from: number | null;
  readonly until: number | null;
};

const mostKeys = 50;
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** The certificates that stand beside a key; what is none is left out, for nobody has to put one there. */
const certificatesOf = (key: JWK): readonly X509Certificate[] =>
  (Array.isArray(key.x5c) ? key.x5c.slice(0, 1) : []).flatMap((text) => {
    try {
      return [new X509Certificate(Buffer.from(String(text), 'base64'))];
    } catch {
      return [];
    }
  });

/** The public part of a key, as one text. */
const identityOf = ({ kty, crv, n, e, x, y, kid }: JWK): string => JSON.stringify([kty, crv, n, e, x, y, kid]);

export const keysIn = (answer: Said): Keys => {
  holdOk(answer, 'keys');
  const given = listed(objectOf(answer, 'keys')['keys']);
  if (given !== null && given.length > mostKeys)
    throw new ProbeFailure('answer-too-large', `expected at most ${mostKeys} keys, got ${given.length}`);
  const all = (given ?? []).filter((key): key is JWK => isObject(key) && typeof key['kty'] === 'string');
  const signing = all.filter(({ use }) => use === undefined || use === 'sig');
  if (signing.length === 0)
    throw new ProbeFailure('unexpected-answer', 'expected a key that signs among the keys, got none');
  const certificates = signing.flatMap(certificatesOf);
  const text = signing.map(identityOf).sort().join('\n');
  return {
    set: { keys: signing },
    hash: Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 12), 16),
    from:
      certificates.length === 0 ? null : Math.max(...certificates.map(({ validFromDate }) => seconds(validFromDate))),
    until: certificates.length === 0 ? null : Math.min(...certificates.map(({ validToDate }) => seconds(validToDate))),
  };
};
