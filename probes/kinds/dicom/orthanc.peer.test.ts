import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, peerFolder, programAt } from '../../testing/peer.ts';
import { contextHere } from '../../testing/servers.ts';
import { dicom } from './dicom.ts';
import { type Apart, startApart } from './testing/apart.ts';
import { aimOf, normal, shown, type Written } from './testing/run.ts';
import { makeStudies } from './testing/studies.ts';

const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });
const password = 'k3y-to-the-archive';
const dicomWeb = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';

describePeer('Orthanc', ['Orthanc', 'dump2dcm', 'unshare', 'ip'], () => {
  const folder = peerFolder('orthanc');
  const started: Apart[] = [];
  let authority: Authority;
  const file = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  const start = async (
    name: string,
    [dimse, http]: readonly [number, number],
    more: object,
  ): Promise<readonly string[]> => {
    const config = {
      Name: name,
      DicomAet: 'PACS',
      DicomPort: dimse,
      HttpPort: http,
      RemoteAccessAllowed: true,
      AuthenticationEnabled: true,
      RegisteredUsers: { probe: password },
      StorageDirectory: join(folder.path, name),
      IndexDirectory: join(folder.path, name),
      Plugins: [dicomWeb],
      DicomWeb: { Enable: true, Root: '/dicom-web/' },
      DicomModalities: { ops: ['FORVARSEL', '127.0.0.1', 104] },
      ...more,
    };
    const apart = await startApart({
      program: programAt('Orthanc') ?? 'Orthanc',
      args: [file(`${name}.json`, JSON.stringify(config))],
      ports: [dimse, http],
      folder: folder.path,
    });
    started.push(apart);
    return apart.targets;
  };

  let [archive, web, secured, strict] = ['', '', '', ''];
  beforeAll(async () => {
    authority = await createAuthority();
    const { key, cert } = await authority.issue(['pacs.example'], new Date(Date.now() + 864_000_000));
    const tls = {
      DicomTlsEnabled: true,
      DicomTlsCertificate: file('cert.pem', cert),
      DicomTlsPrivateKey: file('key.pem', key),
      DicomTlsTrustedCertificates: file('ca.pem', authority.pem),
      DicomTlsRemoteCertificateRequired: false,
    };
    const [plain, over] = await Promise.all([
      start('plain', [4242, 8042], {}),
      start('strict', [4243, 8043], { ...tls, DicomCheckCalledAet: true, DicomAlwaysAllowEcho: false }),
    ]);
    [archive = '', web = ''] = plain;
    [secured = '', strict = ''] = over;
    for (const study of makeStudies(folder.path)) {
      const stored = await fetch(`http://${web}/instances`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`probe:${password}`).toString('base64')}` },
        body: readFileSync(study),
      });
      expect(stored.status).toBe(200);
    }
  }, 60_000);
  afterAll(async () => {
    for (const { stop } of started) await stop();
    folder.remove();
  });

  const ask = (target: string, keys: Written): Promise<Measurement> =>
    dicom(aimOf(normal(keys), target, 5000), contextHere([authority.pem])(AbortSignal.timeout(5000)));
  const pacs: Written = { called: 'PACS' };
  const over: Written = { ...pacs, tls: true, serverName: 'pacs.example' };
  const login = { user: 'probe', password: { env: 'TOKEN' } };
  const page: Written = { find: {}, web: { login, allowPlain: true } };
  const root = () => `http://${web}/dicom-web`;
  const counts = (matches: number) => ({ ...good('transaction'), signals: expect.objectContaining({ matches }) });

  test.each<readonly [string, () => string, Written, object]>([
    ['echoes', () => archive, pacs, good('session')],
    ['finds nothing where nothing is', () => archive, { ...pacs, find: {} }, counts(0)],
    [
      'finds the agreed patient’s studies',
      () => archive,
      { ...pacs, find: { atLeast: 2 }, patient: 'nancy' },
      counts(2),
    ],
    [
      'has fewer studies than wanted',
      () => archive,
      { ...pacs, find: { atLeast: 3 }, patient: 'nancy' },
      bad('unexpected-answer'),
    ],
    ['lets a stranger echo, and no more', () => archive, { ...pacs, calling: 'STRANGER' }, good('session')],
    [
      'does not let a stranger ask',
      () => archive,
      { ...pacs, calling: 'STRANGER', find: {} },
      bad('rejected', 'expected an answer to C-FIND, got A-ABORT by the application'),
    ],
    ['over TLS echoes', () => secured, over, good('session')],
    [
      'over TLS does not know whom we call',
      () => secured,
      { ...over, called: 'RIS' },
      bad('rejected', expect.stringMatching(/called AE title not recognised/)),
    ],
    [
      'over TLS does not know who calls',
      () => secured,
      { ...over, calling: 'STRANGER' },
      bad('rejected', 'expected an answer to C-ECHO, got A-ABORT by the application'),
    ],
    ['over TLS under another name', () => secured, { ...over, serverName: 'ris.example' }, bad('certificate-name')],
    [
      'is asked by DICOM where it speaks HTTP',
      () => web,
      pacs,
      bad('protocol-error', expect.stringMatching(/type 0x48|got/)),
    ],
    ['over the web finds nothing where nothing is', root, page, counts(0)],
    [
      'over the web finds the agreed patient’s studies',
      root,
      { ...page, find: { atLeast: 2 }, patient: 'nancy' },
      counts(2),
    ],
    [
      'over the web gives no more than was asked for',
      root,
      { ...page, find: { limit: 1 }, patient: 'nancy' },
      counts(1),
    ],
    [
      'over the web has fewer studies than wanted',
      root,
      { ...page, find: { atLeast: 3 }, patient: 'nancy' },
      bad('unexpected-answer'),
    ],
    [
      'over the web without a login',
      root,
      { find: {}, web: {} },
      bad('login-refused', 'expected status 200 or 204, got 401'),
    ],
    [
      'over the web with a wrong password',
      root,
      { find: {}, web: { login: { ...login, password: { env: 'WRONG' } }, allowPlain: true } },
      bad('login-refused'),
    ],
    [
      'over the web at the wrong place',
      () => `http://${web}/elsewhere`,
      page,
      bad('unexpected-status', 'expected status 200 or 204, got 404'),
    ],
    ['over the web where it speaks DICOM', () => `http://${archive}/dicom-web`, page, { outcome: 'bad' }],
    [
      'of another kind over the web, with the same studies absent',
      () => `http://${strict}/dicom-web/`,
      { ...page, patient: 'nancy' },
      bad('unexpected-answer', expect.stringMatching(/got 0$/)),
    ],
  ])('Orthanc %s', async (_, target, keys, wanted) => {
    const seen = await ask(target(), keys);
    expect(seen).toMatchObject(wanted);
    expect(shown(seen)).not.toMatch(/251248|9996|Berggren|Nancy|k3y-to|n0-key/i);
  });
});
