import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fhir as kind } from '../../../infra/landscape/kinds/fhir.ts';
import { createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Aim, Measurement, ProbeContext } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { checkOf, contextHere, refusedPort } from '../../testing/servers.ts';
import { capabilityIn, hashOf } from './capability.ts';
import { fhir } from './fhir.ts';
import { complaintIn } from './outcome.ts';
import {
  type Broken,
  ec,
  type FhirServer,
  json,
  outcome,
  patient,
  pem,
  rsa,
  secret,
  startFhir,
  statement,
} from './testing/server.ts';

const schema = z.strictObject(kind.written);
type Written = z.input<typeof schema>;
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
const system = 'urn:oid:1.2.208.176.1.2';

const wrongOf = (written: Written): readonly string[] =>
  (kind.whole?.(schema.parse(written)) ?? []).map(({ path, expected }) => `${path.join('.')}: ${expected}`);
const aimOf = (target: string, written: Written, timeoutMs = 5000): Aim => {
  const options = kind.normal(schema.parse(written), patients);
  const secrets = {
    'env:SECRET': secret,
    'env:WRONG': 'wrong',
    'env:RSA': pem(rsa.privateKey),
    'env:EC': JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'one' }),
    'env:OTHER': pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey),
    'env:NANCY': patient,
    'env:TURNED': 'Bearer stale',
  };
  return { check: checkOf('fhir', options, { depth: kind.depth(options), timeoutMs }), target, secrets };
};

const servers: FhirServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const serverWith = async (broken: Broken = {}): Promise<FhirServer> => {
  const server = await startFhir(broken);
  servers.push(server);
  return server;
};
const run = async (target: string, written: Written, context: Partial<ProbeContext> = {}): Promise<Measurement> =>
  await fhir(aimOf(target, written), { ...contextHere()(AbortSignal.timeout(5000)), ...context });

const shared = { id: 'forvarsel', secret: { env: 'SECRET' }, scope: 'system/*.rs' } as const;
const keyed = { id: 'forvarsel', key: { env: 'RSA' }, scope: 'system/*.rs' } as const;
const search = { resource: 'Patient', parameters: { active: 'true' } } as const;
const read: Written = { ladder: 'read', token: keyed, search, patient: 'nancy' };
const good = (depth: string, signals: object = {}) => ({ outcome: 'good', message: '', depth, signals });
const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });

describe('every rung of the ladder', () => {
  test.each<readonly [string, Written, object, readonly string[]]>([
    ['metadata', {}, good('protocol', { resources: 3 }), ['metadata']],
    [
      'metadata as declared',
      { expect: { version: '4.0', resources: ['Patient', 'Observation'] } },
      good('protocol'),
      ['metadata'],
    ],
    [
      'a token by a shared secret',
      { ladder: 'token', token: shared },
      good('session', { 'token-lifetime': 300 }),
      ['metadata', 'smart-configuration', 'token'],
    ],
    [
      'a token by a secret in the form',
      { ladder: 'token', token: { ...shared, method: 'client_secret_post' } },
      good('session'),
      ['metadata', 'smart-configuration', 'token'],
    ],
    [
      'a token by an RSA key',
      { ladder: 'token', token: keyed, expect: { smart: ['client-confidential-asymmetric'] } },
      good('session'),
      ['metadata', 'smart-configuration', 'token'],
    ],
    [
      'a token by an EC key as a JWK',
      { ladder: 'token', token: { ...keyed, key: { env: 'EC' } } },
      good('session'),
      ['metadata', 'smart-configuration', 'token'],
    ],
    [
      'a count',
      { ladder: 'search', token: keyed, search, expect: { total: { atLeast: 1, atMost: 20 } } },
      good('transaction', { total: 12 }),
      ['metadata', 'smart-configuration', 'token', 'search'],
    ],
    [
      'the test patient by id',
      read,
      good('transaction'),
      ['metadata', 'smart-configuration', 'token', 'search', 'read'],
    ],
    [
      'the test patient by an identifier',
      { ...read, read: { system } },
      good('transaction'),
      ['metadata', 'smart-configuration', 'token', 'search', 'read'],
    ],
  ])('%s', async (_, written, expected, steps) => {
    const server = await serverWith();
    const seen = await run(server.base, written);
    expect(seen).toMatchObject(expected);
    expect(seen.facts.steps?.map(({ name }) => name)).toEqual(steps);
    const measured = new Set([...kind.measures(kind.normal(schema.parse(written), patients), false), 'duration']);
    expect(Object.keys(seen.signals).filter((name) => !measured.has(name))).toEqual([]);
  });

  test('an open server is counted without a token', async () => {
    const server = await serverWith({
      'GET /Patient': (_, response) => json(response, 200, { resourceType: 'Bundle', type: 'searchset', total: 0 }),
    });
    expect(await run(server.base, { ladder: 'search', search })).toMatchObject(good('transaction', { total: 0 }));
  });
});

test('no identity, token, secret or content is ever shown; by an identifier it stands in no address', async () => {
  const server = await serverWith();
  for (const written of [read, { ...read, token: shared, read: { system } }]) {
    const { transcript, facts } = await run(server.base, written);
    for (const text of [patient, '010190', secret, 'token-', 'eyJ', 'identifier'])
      expect(`${transcript}${JSON.stringify(facts)}`).not.toContain(text);
  }
  const byIdentifier = server.got().filter(({ key }) => key.includes('_search'));
  expect(byIdentifier).toHaveLength(1);
  const failed = await run(
    (await serverWith({ [`GET /Patient/${patient}`]: (_, response) => json(response, 500, outcome('exception')) }))
      .base,
    read,
  );
  expect(failed).toMatchObject(bad('unexpected-status', expect.stringContaining('OperationOutcome error exception')));
  expect(`${failed.message}${failed.transcript}`).not.toMatch(/Nancy|010190/);
});

const answering =
  (status: number, body: unknown): Broken[string] =>
  (_, response) =>
    json(response, status, body);
const rung = (ladder: 'token' | 'search', more: Partial<Written> = {}): Written => ({
  ladder,
  token: keyed,
  search,
  ...more,
});

describe('each reason, provoked on the server', () => {
  test.each<readonly [string, Broken, Written, object]>([
    [
      'a server that says of itself nothing',
      { 'GET /metadata': answering(200, outcome('exception')) },
      {},
      bad('query-failed', 'expected a CapabilityStatement, got OperationOutcome error exception with status 200'),
    ],
    [
      'no FHIR server at all',
      { 'GET /metadata': (_, response) => void response.end('<h1>It works!</h1>') },
      {},
      bad('unexpected-answer', expect.stringContaining('expected JSON, got 18 bytes')),
    ],
    [
      'another resource',
      { 'GET /metadata': answering(200, { resourceType: 'Conformance' }) },
      {},
      bad('unexpected-answer', 'expected a CapabilityStatement, got Conformance'),
    ],
    [
      'a statement of what could be',
      { 'GET /metadata': answering(200, statement({ kind: 'requirements' })) },
      {},
      bad('unexpected-answer'),
    ],
    [
      'no version',
      { 'GET /metadata': answering(200, statement({ fhirVersion: undefined })) },
      {},
      bad('unexpected-answer'),
    ],
    [
      'another version',
      { 'GET /metadata': answering(200, statement({ fhirVersion: '5.0.0' })) },
      { expect: { version: '4.0' } },
      bad('unexpected-version', 'expected FHIR 4.0, got 5.0.0'),
    ],
    [
      'a version that only begins alike',
      { 'GET /metadata': answering(200, statement({ fhirVersion: '4.01.0' })) },
      { expect: { version: '4.0' } },
      bad('unexpected-version'),
    ],
    [
      'a resource it lacks',
      {},
      { expect: { resources: ['Patient', 'Encounter'] } },
      bad('unexpected-answer', 'expected Encounter in the CapabilityStatement, got 3 other resources'),
    ],
    [
      'a statement that has drifted',
      {},
      { expect: { capability: '0123456789ab' } },
      bad(
        'unexpected-answer',
        expect.stringMatching(/^expected the capability statement 0123456789ab, got [0-9a-f]{12}: it has drifted$/),
      ),
    ],
    [
      'a server in trouble',
      { 'GET /metadata': answering(503, outcome('transient')) },
      {},
      bad(
        'unexpected-status',
        'expected status 200 with a CapabilityStatement, got status 503 with OperationOutcome error transient',
      ),
    ],
    ['a gateway that lets nobody in', { 'GET /metadata': answering(401, {}) }, {}, bad('login-refused')],
    [
      'no smart-configuration',
      { 'GET /.well-known/smart-configuration': answering(404, {}) },
      rung('token'),
      bad('unexpected-status'),
    ],
    [
      'no token endpoint in it',
      { 'GET /.well-known/smart-configuration': answering(200, {}) },
      rung('token'),
      bad('unexpected-answer', 'expected an address as token_endpoint, got none'),
    ],
    [
      'a capability of SMART it lacks',
      {},
      rung('token', { expect: { smart: ['launch-ehr'] } }),
      bad('unexpected-answer'),
    ],
    [
      'a way to log in it has not',
      {
        'GET /.well-known/smart-configuration': answering(200, {
          token_endpoint: 'http://x',
          token_endpoint_auth_methods_supported: ['tls_client_auth'],
        }),
      },
      rung('token'),
      bad('unexpected-answer', 'expected private_key_jwt among its ways to log in, got others'),
    ],
    [
      'a wrong secret',
      {},
      rung('token', { token: { ...shared, secret: { env: 'WRONG' } } }),
      bad('login-refused', 'expected a token, got status 401 invalid_client'),
    ],
    [
      'a key it does not know',
      {},
      rung('token', { token: { ...keyed, key: { env: 'OTHER' } } }),
      bad('login-refused', 'expected a token, got status 401 invalid_client'),
    ],
    [
      'a scope it does not give',
      {},
      rung('token', { token: { ...keyed, scope: 'system/*.cruds' } }),
      bad('login-refused', 'expected a token, got status 400 invalid_scope'),
    ],
    ['a token endpoint in trouble', { 'POST /token': answering(503, {}) }, rung('token'), bad('unexpected-status')],
    [
      'a refusal that says 200',
      { 'POST /token': answering(200, { error: 'invalid_client' }) },
      rung('token'),
      bad('login-refused'),
    ],
    [
      'an answer without a token',
      { 'POST /token': answering(200, { token_type: 'bearer' }) },
      rung('token'),
      bad('unexpected-answer'),
    ],
    [
      'a token of another type',
      { 'POST /token': answering(200, { access_token: 'abcdef', token_type: 'DPoP' }) },
      rung('token'),
      bad('unexpected-answer'),
    ],
    [
      'a token that has ended already',
      { 'POST /token': answering(200, { access_token: 'abcdef', token_type: 'bearer', expires_in: 0 }) },
      rung('token'),
      bad('token-invalid'),
    ],
    [
      'a token of no use at the API',
      { 'POST /token': answering(200, { access_token: 'abcdef', token_type: 'bearer', expires_in: 9 }) },
      rung('search'),
      bad(
        'token-invalid',
        'expected a count of Patient by the token it was given a moment ago, got status 401 with OperationOutcome error login',
      ),
    ],
    [
      'a token without the right',
      { 'GET /Patient': answering(403, outcome('forbidden')) },
      rung('search'),
      bad('login-refused'),
    ],
    ['a search without a token where one is needed', {}, { ladder: 'search', search }, bad('login-refused')],
    [
      'a database that is down behind status 200',
      { 'GET /Patient': answering(200, outcome('transient', 'fatal')) },
      rung('search'),
      bad('query-failed', 'expected a Bundle, got OperationOutcome fatal transient with status 200'),
    ],
    [
      'an error among the entries',
      {
        'GET /Patient': answering(200, {
          resourceType: 'Bundle',
          type: 'searchset',
          total: 3,
          entry: [{ resource: outcome('timeout') }],
        }),
      },
      rung('search'),
      bad('query-failed'),
    ],
    [
      'no total',
      { 'GET /Patient': answering(200, { resourceType: 'Bundle', type: 'searchset', entry: [] }) },
      rung('search'),
      bad('unexpected-answer', 'expected a total in the Bundle, got none'),
    ],
    [
      'another bundle',
      { 'GET /Patient': answering(200, { resourceType: 'Bundle', type: 'history', total: 1 }) },
      rung('search'),
      bad('unexpected-answer'),
    ],
    [
      'a parameter it refuses',
      {},
      rung('search', { search: { resource: 'Patient', parameters: { active: 'maybe' } } }),
      bad('unexpected-status'),
    ],
    [
      'fewer than promised',
      {},
      rung('search', { expect: { total: { atLeast: 13 } } }),
      bad('out-of-bounds', 'expected 13 to any number of them, got 12'),
    ],
    ['more than promised', {}, rung('search', { expect: { total: { atMost: 11 } } }), bad('out-of-bounds')],
    [
      'a test patient that is gone',
      { [`GET /Patient/${patient}`]: answering(410, outcome('deleted')) },
      read,
      bad('unexpected-answer', 'expected the agreed test patient, got none (status 410)'),
    ],
    [
      'another patient',
      { [`GET /Patient/${patient}`]: answering(200, { resourceType: 'Patient', id: 'other' }) },
      read,
      bad('mismatched-answer'),
    ],
    [
      'another patient by the identifier',
      {
        'POST /Patient/_search': answering(200, {
          resourceType: 'Bundle',
          type: 'searchset',
          entry: [{ resource: { resourceType: 'Patient', identifier: [{ system, value: 'other' }] } }],
        }),
      },
      { ...read, read: { system } },
      bad('mismatched-answer'),
    ],
    [
      'no patient by the identifier',
      { 'POST /Patient/_search': answering(200, { resourceType: 'Bundle', type: 'searchset' }) },
      { ...read, read: { system } },
      bad('unexpected-answer', 'expected the agreed test patient, got none'),
    ],
    [
      'a redirect to where probes may not go',
      { 'GET /metadata': (_, response) => void response.writeHead(302, { location: 'http://127.0.0.9:1/' }).end() },
      {},
      bad('not-allowed'),
    ],
    [
      'redirects without an end',
      { 'GET /metadata': (_, response) => void response.writeHead(302, { location: 'metadata' }).end() },
      {},
      bad('too-many-redirects'),
    ],
    [
      'a peer that hangs up',
      { 'POST /token': (_, response) => void response.socket?.destroy() },
      rung('token'),
      bad('closed-early'),
    ],
    [
      'an endless statement',
      { 'GET /metadata': answering(200, { x: 'x'.repeat(1024 * 1024) }) },
      {},
      bad('answer-too-large'),
    ],
  ])('%s', async (_, broken, written, expected) => {
    const server = await serverWith(broken);
    const seen = await run(server.base, written, { allowed: (__, address) => address === '127.0.0.1' });
    expect(seen).toMatchObject(expected);
    expect(seen.message).not.toMatch(/Nancy|010190|token-0/);
  });

  test('a server that was stopped', async () => {
    expect(await run(`http://127.0.0.1:${await refusedPort()}/r4`, read)).toMatchObject(bad('refused'));
  });

  test.each<readonly [string, Written]>([
    ['a secret that is missing', rung('token', { token: { ...shared, secret: { env: 'NOBODY' } } })],
    ['a key that is none', rung('token', { token: { ...keyed, key: { env: 'SECRET' } } })],
    ['a key that cannot sign so', rung('token', { token: { ...keyed, algorithm: 'ES384' } })],
    [
      'a count of a person nobody agreed to',
      rung('search', { search: { resource: 'Patient', parameters: { identifier: { env: 'CPR' } } } }),
    ],
    ['a rung without what it needs', { ladder: 'token' }],
  ])('our own trouble: %s', async (_, written) => {
    const server = await serverWith();
    const aim = aimOf(server.base, written);
    const secrets = { ...aim.secrets, 'env:CPR': '020290-1234' };
    const seen = await fhir({ ...aim, secrets }, contextHere()(AbortSignal.timeout(5000)));
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(`${seen.message}${seen.transcript}`).not.toMatch(/1234|PRIVATE/);
  });
});

describe('over TLS', () => {
  const serve = async (body: unknown) => {
    const authority = await createAuthority();
    const own = await authority.issue(['fhir.example'], new Date(Date.now() + 86_400_000));
    const server = createServer(
      { ...own, ca: [authority.pem], requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        // Safe: a server of https has no other sockets.
        const known = (request.socket as TLSSocket).authorized;
        response
          .writeHead(known ? 200 : 403)
          .end(JSON.stringify(request.url?.includes('smart') === true ? body : statement()));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const bound = server.address();
    const target = `https://fhir.example:${typeof bound === 'object' && bound !== null ? bound.port : 0}/r4/`;
    return async (written: Written, trust = [authority.pem]) => {
      const aim = aimOf(target, written);
      const context = { ...contextHere(trust)(AbortSignal.timeout(5000)), resolve: async () => ['127.0.0.1'] };
      return await fhir(
        { ...aim, secrets: { ...aim.secrets, 'env:MY_CERT': own.cert, 'env:MY_KEY': own.key } },
        context,
      );
    };
  };
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  const client = { certificate: { env: 'MY_CERT' }, key: { env: 'MY_KEY' } };
  test('a certificate of ours is shown, that of the server is told, and no token is asked for in plain', async () => {
    const ask = await serve({ token_endpoint: 'http://fhir.example/token' });
    const seen = await ask({ client });
    expect(seen).toMatchObject({ outcome: 'good', depth: 'protocol', facts: { tls: { wrong: null } } });
    expect(seen.signals['certificate']).toBeGreaterThan(Date.now() / 1000);
    expect(await ask({})).toMatchObject(bad('login-refused'));
    expect(await ask({ client }, [])).toMatchObject(bad('certificate-untrusted'));
    expect(await ask({ client, ...rung('token') })).toMatchObject(
      bad('unexpected-answer', 'expected token_endpoint over https, got plain http'),
    );
  });
});

describe('the landscape', () => {
  test.each<readonly [Written, readonly string[]]>([
    [{ ladder: 'token' }, ['token: a client, for the ladder has a token']],
    [{ ladder: 'search' }, ['search: what is counted, for the ladder has a search']],
    [{ ladder: 'read' }, ['patient: a test patient, for the ladder has a read']],
    [
      { ladder: 'token', token: { id: 'x', method: 'private_key_jwt' } },
      ["token.key: { env: 'NAME' } or { file: 'name' }, for private_key_jwt needs it"],
    ],
    [read, []],
  ])('%j', (written, wrong) => expect(wrongOf(written)).toEqual(wrong));
});

describe('the statement', () => {
  test('has one hash, whatever its order and its date, and another when anything in it differs', () => {
    const text = JSON.stringify(statement());
    const turned = JSON.parse(text, (_, value: unknown) => {
      if (Array.isArray(value)) return value.toReversed();
      return typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value;
    });
    expect(hashOf(turned)).toBe(hashOf(statement({ date: '2020-01-01', meta: { versionId: '7' } })));
    expect(hashOf(statement({ software: { name: 'Example', version: '6.3' } }))).not.toBe(hashOf(statement()));
    expect(hashOf(statement())).toMatch(/^[0-9a-f]{12}$/);
  });

  test('anything may stand where one was asked for', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, more) => {
        expect(() => capabilityIn(value)).toThrow();
        const bent = statement({ rest: [more, { mode: 'server', resource: [more, value] }], software: value });
        expect(capabilityIn(bent).version).toBe('4.0.1');
        expect(complaintIn({ resourceType: 'OperationOutcome', issue: [more] })).toSatisfy(
          (said) => said === null || typeof said === 'string',
        );
      }),
    );
  });
});

holdContract({
  kind: 'fhir',
  probe: fhir,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(`http://${endpoint}/r4`, {}, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});
