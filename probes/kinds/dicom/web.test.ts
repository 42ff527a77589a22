import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Aim, Measurement } from '../../observation.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { contextHere } from '../../testing/servers.ts';
import { dicom } from './dicom.ts';
import { aimOf, identity, normal, shown, type Written } from './testing/run.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const run = async (
  keys: Written,
  listener: RequestListener,
  path = '/dicom-web',
  secrets?: Aim['secrets'],
): Promise<Measurement> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has one.
  const { port } = server.address() as AddressInfo;
  const aim = aimOf(normal(keys), `http://127.0.0.1:${port}${path}`);
  return await dicom(
    { ...aim, ...(secrets === undefined ? {} : { secrets }) },
    contextHere()(AbortSignal.timeout(500)),
  );
};
const page: Written = { find: {}, web: {} };
const nancy: Written = { ...page, patient: 'nancy' };
holdContract({
  kind: 'dicom',
  probe: dicom,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(normal(page), `http://${endpoint}`, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'no-answer' },
});

const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const study = (patient: unknown) => ({
  '0020000D': { vr: 'UI', Value: ['1.2.3'] },
  '00100020': { vr: 'LO', Value: [patient] },
});
const answers =
  (body: string | Buffer, { status = 200, type = 'application/dicom+json' } = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type }).end(body);
const studies = (...all: readonly unknown[]): RequestListener => answers(JSON.stringify(all));

test.each<readonly [string, Written, RequestListener, object]>([
  [
    'nothing where nothing is',
    page,
    studies(),
    { outcome: 'good', depth: 'transaction', signals: expect.objectContaining({ matches: 0 }) },
  ],
  ['nothing at all, which is as good', page, answers('', { status: 204 }), { outcome: 'good', depth: 'transaction' }],
  ['plain JSON', page, answers('[]', { type: 'application/json; charset=utf-8' }), { outcome: 'good' }],
  [
    'the agreed patient’s study',
    nancy,
    studies(study(identity)),
    { outcome: 'good', signals: expect.objectContaining({ matches: 1 }) },
  ],
  ['no study of the agreed patient', nancy, studies(), bad('unexpected-answer')],
  [
    'a study that cannot exist',
    page,
    studies(study('SOMEBODY')),
    bad('unexpected-answer', expect.stringMatching(/no match of a study that cannot exist/)),
  ],
  [
    'somebody else’s study',
    nancy,
    studies(study(identity), study('010190-1234')),
    bad('mismatched-answer', expect.stringMatching(/somebody else$/)),
  ],
  ['a study of nobody', nancy, studies({}), bad('mismatched-answer')],
  [
    'a study with a patient that is no text',
    nancy,
    studies(study({ Alphabetic: 'Berggren^Nancy' })),
    bad('mismatched-answer'),
  ],
  ['studies that are no objects', nancy, studies(null), bad('protocol-error')],
  ['one object', page, answers('{}'), bad('protocol-error', 'expected a list of studies as JSON, got something else')],
  ['half of it', page, answers('[{'), bad('protocol-error')],
  [
    'XML',
    page,
    answers('<x/>', { type: 'application/dicom+xml' }),
    bad('protocol-error', expect.stringMatching(/application\/dicom\+json/)),
  ],
  ['a login page', page, answers('<html>', { type: 'text/html' }), bad('protocol-error')],
  ['a login that is wanted', page, answers('', { status: 401 }), bad('login-refused')],
  ['a login that may not', page, answers('', { status: 403 }), bad('login-refused')],
  ['an error', page, answers('', { status: 503 }), bad('unexpected-status', 'expected status 200 or 204, got 503')],
  [
    'a redirect',
    page,
    (_, response) => response.writeHead(302, { location: '/login' }).end(),
    bad('unexpected-status'),
  ],
  ['too much', page, answers(Buffer.alloc(2_000_000, '[')), bad('answer-too-large')],
  ['brackets without end', page, answers(Buffer.alloc(500_000, '[')), bad('protocol-error')],
  ['brackets within brackets', page, answers('['.repeat(200_000) + ']'.repeat(200_000)), { outcome: 'bad' }],
])('dicom over the web: %s', async (_, keys, listener, wanted) => {
  const seen = await run(keys, listener);
  expect(seen).toMatchObject(wanted);
  expect(shown(seen)).not.toMatch(/251248|9996|010190|[Bb]erggren|[Nn]ancy|SOMEBODY/);
});

test('dicom over the web: what is asked for', async () => {
  const asked: IncomingMessage[] = [];
  const keep: RequestListener = (request, response) => {
    asked.push(request);
    studies()(request, response);
  };
  await run(page, keep);
  await run({ ...page, web: { login: { bearer: { env: 'TOKEN' } }, allowPlain: true } }, keep, '/dicom-web/');
  const named = await run(
    {
      ...nancy,
      find: { limit: 3, atLeast: 0 },
      web: { login: { user: 'probe', password: { env: 'TOKEN' } }, allowPlain: true },
    },
    keep,
  );
  expect(asked.map(({ url }) => url)).toEqual([
    '/dicom-web/studies?StudyInstanceUID=2.25.0&limit=20',
    '/dicom-web/studies?StudyInstanceUID=2.25.0&limit=20',
    `/dicom-web/studies?PatientID=${identity}&limit=3`,
  ]);
  expect(asked[0]?.headers).toMatchObject({ accept: 'application/dicom+json' });
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer k3y-to-the-archive',
    `Basic ${Buffer.from('probe:k3y-to-the-archive').toString('base64')}`,
  ]);
  expect(named.transcript).toContain('PatientID=***&limit=3');
});

test('dicom over the web: an identity that is no number is not shown either', async () => {
  const seen = await run(nancy, studies(study('TEST NANCY+1')), '/dicom-web', { 'env:NANCY': 'TEST NANCY+1' });
  expect(seen).toMatchObject({ outcome: 'good' });
  expect(shown(seen)).not.toMatch(/NANCY/);
});

test('dicom over the web: what is no address of a service, what is no query, and a login anybody could read, are our own trouble', async () => {
  const unable = { outcome: 'unknown', reason: 'could-not-run' };
  const aim = aimOf(normal(page), '127.0.0.1:104');
  expect(await dicom(aim, contextHere()(AbortSignal.timeout(500)))).toMatchObject(unable);
  expect(await run({ web: {} }, studies())).toMatchObject(unable);
  const login = { bearer: { env: 'TOKEN' } };
  expect(await run({ ...page, web: { login } }, studies())).toMatchObject(unable);
});
