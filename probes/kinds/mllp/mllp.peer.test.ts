import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type MllpOptions, mllp as written } from '../../../infra/landscape/kinds/mllp.ts';
import { type Authority, createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { mllp as demo } from '../../../scripts/demo/protocols/lines.ts';
import type { Measurement } from '../../observation.ts';
import { describePeer, freePort, type Peer, peerFolder, startPeer } from '../../testing/peer.ts';
import { checkOf, contextHere, type Stand, tcpStand } from '../../testing/servers.ts';
import { mllp } from './mllp.ts';

const identity = '251248-9996';
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
type Written = Parameters<typeof written.normal>[0];

const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });

describePeer('python3-hl7', ['/usr/bin/python3', 'mllp_send'], () => {
  const folder = peerFolder('mllp');
  let authority: Authority;
  let peer: Peer;
  let plain = 0;
  let tls = 0;
  beforeAll(async () => {
    authority = await createAuthority();
    const { key, cert } = await authority.issue(['engine.region.example'], new Date(Date.now() + 864_000_000));
    writeFileSync(join(folder.path, 'cert.pem'), cert);
    writeFileSync(join(folder.path, 'key.pem'), key);
    [plain, tls] = [await freePort(), await freePort()];
    peer = await startPeer({
      program: '/usr/bin/python3',
      args: [
        join(import.meta.dirname, 'testing/engine.py'),
        String(plain),
        String(tls),
        join(folder.path, 'cert.pem'),
        join(folder.path, 'key.pem'),
      ],
      ready: (said) => said.includes('ready'),
    });
  });
  afterAll(async () => {
    await peer.stop();
    folder.remove();
  });

  const run = (keys: Written, wish = 'AA', timeoutMs = 1500): Promise<Measurement> => {
    const options: MllpOptions = written.normal({ ...keys, receiver: { application: wish } }, patients);
    const check = checkOf('mllp', options, { timeoutMs, depth: written.depth(options) });
    const aim = {
      check,
      target: `127.0.0.1:${options.tls === true ? tls : plain}`,
      secrets: { 'env:NANCY': identity },
    };
    return mllp(aim, contextHere([authority.pem])(AbortSignal.timeout(timeoutMs)));
  };
  const strict: Written = { level: 'accepted' };
  const order: Written = {
    ...strict,
    message: { type: 'ORM^O01^ORM_O01', segments: ['PID|1||^^^CPR||Berggren^Nancy', 'ORC|NW|FORVARSEL-1'] },
    patient: 'nancy',
  };
  const over: Written = { ...strict, tls: true, serverName: 'engine.region.example' };

  test.each<readonly [string, Written, string, object]>([
    ['AA', strict, 'AA', good('session')],
    ['AA of a message it was declared to work on', order, 'AA', good('transaction')],
    ['any code, where that was asked for', {}, 'AR', good('protocol')],
    ['AE', strict, 'AE', bad('rejected', 'expected AA, got AE (application error)')],
    ['AR', strict, 'AR', bad('rejected', 'expected AA, got AR (application reject)')],
    ['CA', { ...strict, enhanced: 'accept' }, 'CA', good('session')],
    ['CE', { ...strict, enhanced: 'accept' }, 'CE', bad('rejected', 'expected CA, got CE (commit error)')],
    ['CR', { ...strict, enhanced: 'both' }, 'CR', bad('rejected', 'expected CA, got CR (commit reject)')],
    ['CA, then AA', { ...order, enhanced: 'both' }, 'BOTH', good('transaction')],
    ['CA, then nothing', { ...strict, enhanced: 'both' }, 'CA', bad('no-answer')],
    ['AA where CA was asked for', { ...strict, enhanced: 'accept' }, 'AA', bad('unexpected-answer')],
    ['a code that is none', {}, 'ZZ', bad('unexpected-answer', 'expected a code of MSA-1, got ZZ')],
    ['the acknowledgement of another message', {}, 'OTHER', bad('mismatched-answer')],
    ['no frame', {}, 'BARE', bad('protocol-error', expect.stringMatching(/HL7 without a frame/))],
    ['silence', {}, 'SILENT', bad('no-answer')],
    ['the end of the connection', {}, 'CLOSE', bad('closed-early')],
    ['AA over TLS', over, 'AA', good('session')],
    ['a certificate for another name', { ...over, serverName: 'epj.example' }, 'AA', bad('certificate-name')],
    ['nothing, when only a connection was asked for', { level: 'connect' }, 'AA', good('transport')],
  ])('python3-hl7 answers with %s', async (_, keys, wish, wanted) => {
    expect(await run(keys, wish)).toMatchObject(wanted);
  });

  test('a patient that is repeated to us is not quoted', async () => {
    const seen = await run(order, 'ECHO');
    expect(seen).toMatchObject(bad('rejected'));
    expect(seen.transcript).toMatch(/< MSH .*, MSA AE, PID, ORC$/m);
    expect(seen.transcript + seen.message).not.toMatch(/251248|9996|Berggren|Nancy/i);
  });

  test('a server that was stopped refuses', async () => {
    const port = await freePort();
    const check = checkOf('mllp', written.normal({}, {}));
    expect(await mllp({ check, target: `127.0.0.1:${port}` }, contextHere()(AbortSignal.timeout(500)))).toMatchObject(
      bad('refused'),
    );
  });

  const stands: Stand[] = [];
  afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));
  test('its client takes our peer of the demo for an engine, and reads what we read', async () => {
    const stand = await tcpStand(demo(() => null));
    stands.push(stand);
    const file = join(folder.path, 'message.hl7');
    writeFileSync(file, 'MSH|^~\\&|A|B|C|D|20260801||NMQ^N01|1|T|2.5\rNCK|20260801\r');
    // Not synchronous: the engine lives in this very thread.
    const said = await new Promise<string>((resolve, reject) =>
      execFile('mllp_send', ['--loose', '--port', String(stand.port), '--file', file, '127.0.0.1'], (error, out) =>
        error === null ? resolve(out) : reject(error),
      ),
    );
    expect(said).toContain('MSA|AA|1');
  });
});
