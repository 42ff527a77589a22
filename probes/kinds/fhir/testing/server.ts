import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { jwtVerify } from 'jose';

/** A FHIR R4 server with SMART Backend Services: a real signature is verified, real tokens are asked for. */
export type FhirServer = {
  readonly base: string;
  readonly asked: () => readonly string[];
  /** Bodies and authorizations as they came. */
  readonly got: () => readonly { readonly key: string; readonly body: string; readonly authorization: string }[];
  readonly close: () => Promise<void>;
};
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>;
/** Paths that answer otherwise, as `GET /metadata`. */
export type Broken = Readonly<Record<string, Handler>>;

export const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
export const outcome = (code: string, severity = 'error'): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code, diagnostics: 'Nancy Ann Berggren 010190-9999 has no such thing' }],
});
export const statement = (more: object = {}): object => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: new Date().toISOString(),
  kind: 'instance',
  software: { name: 'Example', version: '6.2' },
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [
    {
      mode: 'server',
      resource: ['Patient', 'Observation', 'Appointment'].map((type) => ({ type, interaction: [{ code: 'read' }] })),
    },
  ],
  ...more,
});

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ec = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
export const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

export const secret = 's&cret: +%';
export const patient = 'test-patient-010190-9999';
const system = 'urn:oid:1.2.208.176.1.2';
const resource = { resourceType: 'Patient', id: patient, identifier: [{ system, value: patient }] };

const signedBy = async (assertion: string, audience: string): Promise<boolean> => {
  for (const key of [rsa.publicKey, ec.publicKey])
    try {
      const { payload } = await jwtVerify(assertion, key, {
        algorithms: ['RS384', 'ES384'],
        audience,
        issuer: 'forvarsel',
        subject: 'forvarsel',
        maxTokenAge: 60,
        requiredClaims: ['jti', 'exp'],
      });
      return Number(payload.exp) - Number(payload.iat) <= 300;
    } catch {
      // The next key.
    }
  return false;
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

export const startFhir = async (broken: Broken = {}): Promise<FhirServer> => {
  const tokens = new Set<string>();
  const got: { key: string; body: string; authorization: string }[] = [];
  let base = '';
  const letIn = (request: IncomingMessage, response: ServerResponse): boolean => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (tokens.has(token)) return true;
    json(response, 401, outcome('login'));
    return false;
  };
  const own: Broken = {
    'GET /metadata': (_, response) => json(response, 200, statement()),
    'GET /.well-known/smart-configuration': (_, response) =>
      json(response, 200, {
        token_endpoint: `${base}/token`,
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
        capabilities: ['client-confidential-asymmetric'],
      }),
    'POST /token': async (request, response, body) => {
      const form = new URLSearchParams(body);
      const basic = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
      const [id, given] = basic.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x'));
      const shared =
        (id === 'forvarsel' && given === secret) ||
        (form.get('client_id') === 'forvarsel' && form.get('client_secret') === secret);
      const good = shared || (await signedBy(form.get('client_assertion') ?? '', `${base}/token`));
      if (!good) return json(response, 401, { error: 'invalid_client', error_description: 'who is forvarsel?' });
      if (form.get('scope') !== 'system/*.rs') return json(response, 400, { error: 'invalid_scope' });
      const token = `token-${tokens.size}-${'x'.repeat(20)}`;
      tokens.add(token);
      json(response, 200, { access_token: token, token_type: 'bearer', expires_in: 300, scope: 'system/*.rs' });
    },
    'GET /Patient': (request, response) => {
      if (!letIn(request, response)) return;
      const query = new URL(request.url ?? '', base).searchParams;
      if (query.get('active') !== 'true' || query.get('_summary') !== 'count')
        return json(response, 400, outcome('invalid'));
      json(response, 200, { resourceType: 'Bundle', type: 'searchset', total: 12 });
    },
    'POST /Patient/_search': (request, response, body) => {
      if (!letIn(request, response)) return;
      const found = new URLSearchParams(body).get('identifier') === `${system}|${patient}`;
      json(response, 200, { resourceType: 'Bundle', type: 'searchset', entry: found ? [{ resource }] : [] });
    },
    [`GET /Patient/${patient}`]: (request, response) => {
      if (letIn(request, response)) json(response, 200, resource);
    },
  };
  const server = createServer(async (request, response) => {
    const key = `${request.method} ${(request.url ?? '').split('?')[0]?.replace('/r4', '')}`;
    const body = await bodyOf(request);
    got.push({ key, body, authorization: request.headers.authorization ?? '' });
    const handler = broken[key] ?? own[key];
    if (handler === undefined) json(response, 404, outcome('not-found'));
    else await handler(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  base = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/r4`;
  return {
    base,
    asked: () => got.map(({ key }) => key),
    got: () => got,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
