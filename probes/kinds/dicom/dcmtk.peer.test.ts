import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, peerFolder, programAt } from '../../testing/peer.ts';
import { contextHere, refusedPort } from '../../testing/servers.ts';
import { dicom } from './dicom.ts';
import { type Apart, startApart } from './testing/apart.ts';
import { aimOf, normal, shown, type Written } from './testing/run.ts';
import { makeStudies } from './testing/studies.ts';

const bad = (reason: unknown, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const hungUp: unknown = expect.stringMatching(/^(?:closed-early|reset)$/);
const good = (depth: string) => ({ outcome: 'good', depth });
const until = () => new Date(Date.now() + 864_000_000);

describePeer('dcmtk', ['storescp', 'dcmqrscp', 'dcmqridx', 'dump2dcm', 'unshare', 'ip'], () => {
  const folder = peerFolder('dcmtk');
  const started: Apart[] = [];
  let authority: Authority;
  let ours: { readonly key: string; readonly cert: string };
  const start = async (program: string, port: number, args: readonly string[]): Promise<string> => {
    const apart = await startApart({
      program: programAt(program) ?? program,
      args,
      ports: [port],
      folder: folder.path,
    });
    started.push(apart);
    return apart.targets[0] ?? '';
  };
  const file = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  let storage = '';
  let refusing = '';
  let archive = '';
  let secured = '';
  let knowing = '';
  beforeAll(async () => {
    authority = await createAuthority();
    ours = await authority.issue(['forvarsel.example'], until());
    const theirs = await authority.issue(['pacs.example'], until());
    const tls = [
      '+tls',
      file('key.pem', theirs.key),
      file('cert.pem', theirs.cert),
      '+cf',
      file('ca.pem', authority.pem),
    ];
    const data = join(folder.path, 'data');
    mkdirSync(data);
    execFileSync(programAt('dcmqridx') ?? 'dcmqridx', [data, ...makeStudies(folder.path)]);
    const config = file(
      'qr.cfg',
      [
        'NetworkTCPPort = 11112\nMaxPDUSize = 16384\nMaxAssociations = 16',
        'HostTable BEGIN\nops = (FORVARSEL, 127.0.0.1, 104)\nHostTable END\nVendorTable BEGIN\nVendorTable END',
        `AETable BEGIN\nPACS ${data} RW (200, 1024mb) ops\nAETable END\n`,
      ].join('\n'),
    );
    [storage, refusing, archive, secured, knowing] = await Promise.all([
      start('storescp', 11_121, ['-aet', 'STORE', '11121']),
      start('storescp', 11_122, ['--refuse', '11122']),
      start('dcmqrscp', 11_112, ['-dhl', '-c', config]),
      start('storescp', 11_123, [...tls, '-ic', '11123']),
      start('storescp', 11_124, [...tls, '-rc', '11124']),
    ]);
  }, 60_000);
  afterAll(async () => {
    for (const { stop } of started) await stop();
    folder.remove();
  });

  const ask = (target: string, keys: Written = {}): Promise<Measurement> => {
    const aim = aimOf(normal(keys), target, 3000);
    const secrets = { ...aim.secrets, 'env:CERT': ours.cert, 'env:KEY': ours.key };
    return dicom({ ...aim, secrets }, contextHere([authority.pem])(AbortSignal.timeout(3000)));
  };
  const pacs: Written = { called: 'PACS' };
  const over: Written = { tls: true, serverName: 'pacs.example' };
  const client = { certificate: { env: 'CERT' }, key: { env: 'KEY' } };

  test.each<readonly [string, () => string, Written, object]>([
    ['storescp echoes', () => storage, {}, good('session')],
    [
      'storescp has no query',
      () => storage,
      { find: {} },
      bad(
        'rejected',
        expect.stringMatching(/Study Root FIND to be accepted, got (?:abstract syntax not supported|refused)/),
      ),
    ],
    ['storescp refuses', () => refusing, {}, bad('rejected', expect.stringMatching(/got a rejection \(/))],
    ['dcmqrscp echoes', () => archive, pacs, good('session')],
    [
      'dcmqrscp does not know whom we call',
      () => archive,
      { called: 'RIS' },
      bad(
        'rejected',
        expect.stringMatching(
          /of FORVARSEL, got a rejection \(permanent, by the application: called AE title not recognised\)/,
        ),
      ),
    ],
    [
      'dcmqrscp does not know who calls',
      () => archive,
      { ...pacs, calling: 'STRANGER' },
      bad('rejected', expect.stringMatching(/of STRANGER, got a rejection/)),
    ],
    [
      'dcmqrscp finds nothing where nothing is',
      () => archive,
      { ...pacs, find: {} },
      { ...good('transaction'), signals: expect.objectContaining({ matches: 0 }) },
    ],
    [
      'dcmqrscp finds the agreed patient’s studies',
      () => archive,
      { ...pacs, find: { atLeast: 2 }, patient: 'nancy' },
      { ...good('transaction'), signals: expect.objectContaining({ matches: 2 }) },
    ],
    [
      'dcmqrscp has fewer studies than wanted',
      () => archive,
      { ...pacs, find: { atLeast: 3 }, patient: 'nancy' },
      bad('unexpected-answer', expect.stringMatching(/at least 3 studies .* got 2/)),
    ],
    [
      'dcmqrscp is told that one is enough',
      () => archive,
      { ...pacs, find: { limit: 1 }, patient: 'nancy' },
      { ...good('transaction'), transcript: expect.stringContaining('C-CANCEL-RQ') },
    ],
    ['storescp over TLS', () => secured, over, good('session')],
    [
      'storescp over TLS under another name',
      () => secured,
      { ...over, serverName: 'ris.example' },
      bad('certificate-name'),
    ],
    ['storescp over TLS wants to know who asks', () => knowing, over, bad('tls-handshake')],
    ['storescp over TLS is shown our certificate', () => knowing, { ...over, client }, good('session')],
    ['storescp without TLS is asked for it', () => storage, over, bad(hungUp)],
    ['storescp with TLS is asked without', () => secured, {}, bad(hungUp)],
  ])('%s', async (_, target, keys, wanted) => {
    const seen = await ask(target(), keys);
    expect(seen).toMatchObject(wanted);
    expect(shown(seen)).not.toMatch(/251248|9996|Berggren|Nancy/i);
  });

  test('dcmtk saw an association released, not broken off', async () => {
    const apart = await startApart({
      program: programAt('storescp') ?? '',
      args: ['-v', '11125'],
      ports: [11_125],
      folder: folder.path,
    });
    started.push(apart);
    expect(await ask(apart.targets[0] ?? '')).toMatchObject(good('session'));
    await expect.poll(() => apart.peer.said()).toContain('I: Association Release');
    expect(apart.peer.said()).toContain('I: Received Echo Request');
  });

  test('a server that was stopped refuses', async () => {
    expect(await ask(`127.0.0.1:${await refusedPort()}`)).toMatchObject(bad('refused'));
  });
});
