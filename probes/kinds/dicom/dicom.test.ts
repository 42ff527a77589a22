import type { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { DicomOptions } from '../../../infra/landscape/kinds/dicom.ts';
import { createAuthority } from '../../../scripts/demo/protocols/authority.ts';
import { dicom as demo } from '../../../scripts/demo/protocols/dicom.ts';
import { holdContract } from '../../testing/contract.case.ts';
import { endless } from '../../testing/servers.ts';
import { dicom } from './dicom.ts';
import { elementIn, string, textIn } from './dimse.ts';
import { pdu } from './pdu.ts';
import {
  aborting,
  accepting,
  answer,
  archive,
  echoed,
  found,
  message,
  rejecting,
  releasing,
  type Script,
} from './testing/acceptor.ts';
import { aimOf, identity, normal, run, shown } from './testing/run.ts';

holdContract({
  kind: 'dicom',
  probe: dicom,
  wire: 'tcp',
  aim: (endpoint, timeoutMs = 300) => aimOf(normal(), endpoint, timeoutMs),
  reasons: { garbage: 'protocol-error', drip: 'protocol-error' },
});

const bad = (reason: unknown, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });
const unable = (message: unknown) => ({ outcome: 'unknown', reason: 'could-not-run', message });

const plain = normal({ called: 'PACS' });
const query = normal({ called: 'PACS', find: {} });
const nancy = normal({ called: 'PACS', find: { limit: 3 }, patient: 'nancy' });
const bytes = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const says = (reply: Buffer) => (socket: Socket) => void socket.once('data', () => socket.write(reply));
const raw = (flags: number, body: Buffer, context = 1): Buffer => {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(body.length + 2);
  head[4] = context;
  head[5] = flags;
  return pdu(0x04, Buffer.concat([head, body]));
};
const yes = answer(0x8030, 1, 0);

type Row = readonly [string, DicomOptions, Script | ((socket: Socket) => void), object];
const rows: readonly Row[] = [
  ['an archive that echoes is a session, and no more', plain, {}, good('session')],
  ['the archive of the demo', plain, demo, good('session')],
  [
    'a query that ends without a match is a transaction',
    query,
    {},
    { ...good('transaction'), signals: expect.objectContaining({ matches: 0 }) },
  ],
  [
    'a called AE title nobody has',
    plain,
    { associate: () => rejecting(1, 1, 7) },
    {
      ...bad(
        'rejected',
        'expected PACS to take an association of FORVARSEL, got a rejection (permanent, by the application: called AE title not recognised)',
      ),
      depth: 'protocol',
    },
  ],
  [
    'a calling AE title nobody knows',
    plain,
    { associate: () => rejecting(1, 1, 3) },
    bad('rejected', expect.stringMatching(/calling AE title not recognised/)),
  ],
  [
    'an archive that is full for the moment',
    plain,
    { associate: () => rejecting(2, 3, 2) },
    bad('rejected', expect.stringMatching(/transient, by the provider \(presentation\): local limit exceeded/)),
  ],
  [
    'a rejection in numbers nobody knows',
    plain,
    { associate: () => rejecting(9, 9, 9) },
    bad('rejected', expect.stringMatching(/0x9, by 0x9: 0x9/)),
  ],
  [
    'no verification',
    plain,
    { associate: () => accepting([{ id: 1, result: 3 }]) },
    {
      ...bad(
        'rejected',
        'expected the presentation context Verification to be accepted, got abstract syntax not supported',
      ),
      depth: 'protocol',
    },
  ],
  [
    'no query',
    query,
    { associate: () => accepting([{ id: 1 }, { id: 3, result: 1 }]) },
    bad('rejected', expect.stringMatching(/Study Root FIND .* refused by the application/)),
  ],
  [
    'not a word on the query',
    query,
    { associate: () => accepting([{ id: 1 }]) },
    bad('protocol-error', expect.stringMatching(/presentation context Study Root FIND, got none/)),
  ],
  [
    'a transfer syntax that was not offered',
    plain,
    { associate: () => accepting([{ id: 1, syntax: '1.2.840.10008.1.2.2' }]) },
    bad('protocol-error', expect.stringMatching(/got 1\.2\.840\.10008\.1\.2\.2/)),
  ],
  ['an acceptance that is too short', plain, { associate: () => pdu(0x02, Buffer.alloc(20)) }, bad('protocol-error')],
  [
    'items that go beyond their end',
    plain,
    { associate: () => accepting([{ id: 1 }]).fill(0xff, 76, 78) },
    bad('protocol-error', expect.stringMatching(/goes beyond its end/)),
  ],
  [
    'a limit in which nothing can be said',
    plain,
    { associate: () => accepting([{ id: 1 }], 8) },
    bad('protocol-error', expect.stringMatching(/at least 64 bytes, got a limit of 8/)),
  ],
  ['a small limit is kept to', query, { associate: () => accepting([{ id: 1 }, { id: 3 }], 64) }, good('transaction')],
  [
    'an abort instead of an association',
    plain,
    { associate: () => aborting(2, 6) },
    bad('closed-early', 'expected A-ASSOCIATE-AC, got A-ABORT by the provider: invalid value of a parameter'),
  ],
  [
    'an abort by the application',
    plain,
    { associate: () => aborting(0, 0) },
    bad('rejected', 'expected A-ASSOCIATE-AC, got A-ABORT by the application'),
  ],
  [
    'an abort instead of an echo',
    plain,
    { echo: () => aborting(2, 2) },
    {
      ...bad('closed-early', expect.stringMatching(/an answer to C-ECHO, got A-ABORT by the provider: unexpected PDU/)),
      depth: 'session',
    },
  ],
  [
    'a PDU out of turn',
    plain,
    { associate: () => releasing },
    bad('protocol-error', 'expected A-ASSOCIATE-AC, got A-RELEASE-RP'),
  ],
  [
    'an association and then silence',
    plain,
    { echo: () => null },
    bad('no-answer', 'expected an answer to C-ECHO, got none in time'),
  ],
  [
    'half a PDU and then silence',
    plain,
    { associate: () => accepting([{ id: 1 }]).subarray(0, 50) },
    bad('no-answer', expect.stringMatching(/50 bytes of a PDU that was not finished in time$/)),
  ],
  [
    'an echo that fails',
    plain,
    { echo: () => echoed(0x0122) },
    bad('rejected', 'expected status 0000 of C-ECHO, got 0122 (SOP class not supported)'),
  ],
  [
    'an echo that fails and says why',
    plain,
    { echo: () => message(1, answer(0x8030, 1, 0x0110, false, 'database down')) },
    bad('rejected', expect.stringMatching(/0110 \(processing failure\) "database down"/)),
  ],
  [
    'an echo of another message',
    plain,
    { echo: () => echoed(0, 7) },
    bad('mismatched-answer', 'expected an answer to message 1, got one to 7'),
  ],
  [
    'an answer to another operation',
    plain,
    { echo: () => message(1, answer(0x8020, 1, 0)) },
    bad('unexpected-answer', expect.stringMatching(/got command 0x8020/)),
  ],
  ['a request instead of an answer', plain, { echo: () => message(1, answer(0x0030, 1, 0)) }, bad('unexpected-answer')],
  ['a command without a status', plain, { echo: () => message(1, yes.subarray(0, 30)) }, bad('protocol-error')],
  [
    'an empty command',
    plain,
    { echo: () => message(1, Buffer.alloc(0)) },
    bad('protocol-error', 'expected a DIMSE command, got none'),
  ],
  [
    'an answer in another context',
    plain,
    { echo: () => message(5, yes) },
    bad('protocol-error', expect.stringMatching(/out of order/)),
  ],
  [
    'data where a command belongs',
    plain,
    { echo: () => raw(2, yes) },
    bad('protocol-error', expect.stringMatching(/out of order/)),
  ],
  [
    'an answer nobody asked for',
    plain,
    { echo: () => bytes(echoed(), echoed()) },
    bad('protocol-error', 'expected A-RELEASE-RP, got P-DATA-TF'),
  ],
  [
    'two messages in one PDU',
    plain,
    { echo: () => pdu(0x04, bytes(echoed().subarray(6), echoed().subarray(6))) },
    bad('protocol-error', expect.stringMatching(/out of order/)),
  ],
  [
    'a broken data value',
    plain,
    { echo: () => pdu(0x04, Buffer.from([0, 0, 0, 99, 1, 3])) },
    bad('protocol-error', expect.stringMatching(/got a broken one/)),
  ],
  [
    'a command in pieces',
    plain,
    { echo: () => bytes(...[...yes].map((byte, at) => raw(at === yes.length - 1 ? 3 : 1, Buffer.of(byte)))) },
    good('session'),
  ],
  [
    'a command in pieces of which one is empty',
    plain,
    { echo: () => bytes(raw(1, yes), raw(3, Buffer.alloc(0))) },
    good('session'),
  ],
  [
    'a command without end',
    plain,
    (socket) =>
      archive({
        echo: () => {
          endless(socket, raw(1, Buffer.alloc(16_000)));
          return null;
        },
      })(socket),
    bad('answer-too-large'),
  ],
  [
    'empty pieces without end',
    plain,
    (socket) =>
      archive({
        echo: () => {
          endless(socket, bytes(...Array.from({ length: 1000 }, () => raw(1, Buffer.alloc(0)))));
          return null;
        },
      })(socket),
    bad('answer-too-large'),
  ],
  [
    'a PDU that promises four gigabytes',
    plain,
    says(Buffer.from('02ff ffffffff'.replaceAll(' ', ''), 'hex')),
    bad('answer-too-large', expect.stringMatching(/got one of 4294967295/)),
  ],
  [
    'a PDU larger than we said we take',
    plain,
    { echo: () => raw(3, Buffer.alloc(20_000)) },
    bad('answer-too-large', expect.stringMatching(/at most 16384 bytes/)),
  ],
  [
    'a web server',
    plain,
    says(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
    bad('protocol-error', 'expected a DICOM PDU, got type 0x48'),
  ],
  [
    'a peer that wants TLS',
    plain,
    says(Buffer.from('15030100020246', 'hex')),
    bad('protocol-error', 'expected a DICOM PDU, got type 0x15, as TLS has it'),
  ],
  [
    'a peer that hangs up instead of releasing',
    plain,
    (socket) =>
      archive({
        release: () => {
          socket.end();
          return null;
        },
      })(socket),
    { ...good('session'), transcript: expect.stringContaining('closed without A-RELEASE-RP') },
  ],
  [
    'a peer that never releases',
    plain,
    { release: () => null },
    bad('no-answer', expect.stringMatching(/A-RELEASE-RP, got none in time/)),
  ],
  [
    'a peer that wants to be released at the same time',
    plain,
    { release: () => bytes(pdu(0x05, Buffer.alloc(4)), releasing) },
    good('session'),
  ],
  [
    'an abort instead of a release',
    plain,
    { release: () => aborting(2, 0) },
    bad('closed-early', expect.stringMatching(/A-RELEASE-RP, got A-ABORT/)),
  ],
  ['noise instead of a release', plain, { release: () => Buffer.from('bye') }, bad('protocol-error')],
  [
    'a query that fails',
    query,
    { find: () => found(0xc001) },
    { ...bad('query-failed', 'expected status 0000 of C-FIND, got C001 (unable to process)'), depth: 'session' },
  ],
  [
    'a query for which there is no room',
    query,
    { find: () => found(0xa700) },
    bad('query-failed', expect.stringMatching(/A700 \(out of resources\)/)),
  ],
  [
    'a query that is cancelled by the peer',
    query,
    { find: () => found(0xfe00) },
    bad('query-failed', expect.stringMatching(/FE00 \(cancelled\)/)),
  ],
  [
    'a query without an end',
    query,
    { find: () => null },
    bad('no-answer', 'expected an answer to C-FIND, got none in time'),
  ],
  [
    'a match of what cannot exist',
    query,
    { find: () => bytes(found(0xff00, identity), found(0)) },
    bad('unexpected-answer', 'expected no match of a study that cannot exist, got one'),
  ],
  ['an answer to another query', query, { find: () => found(0, undefined, 9) }, bad('mismatched-answer')],
  [
    'the studies of the agreed patient',
    nancy,
    { find: () => bytes(found(0xff00, identity), found(0xff01, `${identity} `), found(0)) },
    { ...good('transaction'), signals: expect.objectContaining({ matches: 2 }) },
  ],
  [
    'no study of the agreed patient',
    nancy,
    {},
    bad('unexpected-answer', 'expected at least 1 studies of the agreed test patient, got 0'),
  ],
  [
    'a study of somebody else',
    nancy,
    { find: () => bytes(found(0xff00, '010190-1234'), found(0)) },
    bad('mismatched-answer', 'expected studies of the agreed test patient, got one of somebody else'),
  ],
  [
    'a study of nobody',
    nancy,
    { find: () => bytes(found(0xff00, null), found(0)) },
    bad('mismatched-answer', expect.stringMatching(/of nobody$/)),
  ],
  [
    'more studies than wanted are cancelled',
    nancy,
    { find: () => bytes(...Array.from({ length: 3 }, () => found(0xff00, identity))) },
    {
      ...good('transaction'),
      signals: expect.objectContaining({ matches: 3 }),
      transcript: expect.stringContaining('> C-CANCEL-RQ after 3 matches'),
    },
  ],
  [
    'a peer that is deaf to a cancel and ends',
    nancy,
    { find: () => bytes(...Array.from({ length: 5 }, () => found(0xff00, identity))), cancel: () => found(0) },
    good('transaction'),
  ],
  [
    'a peer that is deaf to a cancel and goes on for ever',
    nancy,
    {
      find: (_, socket) => {
        endless(socket, bytes(...Array.from({ length: 100 }, () => found(0xff00, identity))));
        return null;
      },
      cancel: () => null,
    },
    bad('answer-too-large'),
  ],
];
test.each(rows)('dicom: %s', async (_, options, peer, wanted) => {
  expect(await run(options, typeof peer === 'function' ? peer : archive(peer))).toMatchObject(wanted);
});

test('dicom: each step has its time', async () => {
  const slow = archive({ echo: () => echoed() });
  const seen = await run(query, slow);
  expect(Object.keys(seen.signals).toSorted()).toEqual(
    [
      'association',
      'duration',
      'echo',
      'find',
      'matches',
      'step:association',
      'step:echo',
      'step:find',
      'step:release',
    ].toSorted(),
  );
  expect(seen.facts.steps?.map(({ name }) => name)).toEqual(['association', 'echo', 'find', 'release']);
  const refused = await run(plain, archive({ echo: () => echoed(0x0110) }));
  expect(refused.signals['echo']).toBeUndefined();
});

test('dicom: both titles go out as they were declared', async () => {
  let request = Buffer.alloc(0);
  await run(
    normal({ calling: 'OPS 1', called: 'PACS' }),
    archive({
      associate: (body) => {
        request = Buffer.from(body);
        return null;
      },
    }),
    { timeoutMs: 100 },
  );
  expect(request.subarray(4, 20).toString()).toBe('PACS            ');
  expect(request.subarray(20, 36).toString()).toBe('OPS 1           ');
});

test('dicom: an association is aborted when it is left before its end, and released when it is not', async () => {
  let aborted = 0;
  const abort = () => {
    aborted += 1;
  };
  await run(plain, archive({ abort, echo: () => echoed(0x0110) }));
  await vi.waitFor(() => expect(aborted).toBe(1));
  await run(plain, archive({ abort, echo: () => null }), { timeoutMs: 100 });
  await vi.waitFor(() => expect(aborted).toBe(2));
  await run(plain, archive({ abort }));
  await run(plain, archive({ abort, associate: () => rejecting(1, 1, 1) }));
  expect(aborted).toBe(2);
});

test('dicom: a query without a patient names none, and one with a patient names him alone', async () => {
  const asked: Buffer[] = [];
  const find = (bytes: Buffer) => {
    asked.push(Buffer.from(bytes));
    return asked.length === 1 ? found(0) : Buffer.concat([found(0xff00, identity), found(0)]);
  };
  await run(query, archive({ find }));
  expect(elementIn(asked[0] ?? Buffer.alloc(0), 0x0010, 0x0020)).toBeNull();
  expect(textIn(elementIn(asked[0] ?? Buffer.alloc(0), 0x0020, 0x000d))).toBe('2.25.0');
  const seen = await run(nancy, archive({ find }));
  expect(seen).toMatchObject(good('transaction'));
  expect(textIn(elementIn(asked[1] ?? Buffer.alloc(0), 0x0010, 0x0020))).toBe(identity);
  expect(textIn(elementIn(asked[1] ?? Buffer.alloc(0), 0x0020, 0x000d))).toBe('');
  expect(shown(seen)).not.toMatch(/251248|9996|Berggren|Nancy/i);
});

test('dicom: what an archive says of a patient is not quoted', async () => {
  for (const reply of [
    found(0xff00, '010190-1234'),
    message(3, answer(0x8020, 2, 0xc000, false, `no ${identity}`), string(identity)),
  ]) {
    const seen = await run(nancy, archive({ find: () => reply }));
    expect(seen.outcome).toBe('bad');
    expect(shown(seen)).not.toMatch(/251248|9996|010190|1234|Berggren|Nancy/i);
  }
});

test.each([
  ['an asterisk', '25*'],
  ['a question mark', '251248-999?'],
  ['a backslash', '1\\2'],
  ['nothing', '  '],
  ['letters of no ASCII', 'søn'],
  ['too much', 'x'.repeat(65)],
])('dicom: an identity of %s asks for others too, so nothing is asked', async (_, value) => {
  let knocked = 0;
  const seen = await run(
    nancy,
    () => {
      knocked += 1;
    },
    { secrets: { 'env:NANCY': value } },
  );
  expect(seen).toMatchObject(unable(expect.stringMatching(/identity of one test patient/)));
  expect(knocked).toBe(0);
});

test('dicom: over TLS, with the truth about the certificate', async () => {
  const authority = await createAuthority();
  const until = new Date(Date.now() + 864_000_000);
  const tls = await authority.issue(['pacs.example'], until);
  const over = normal({ tls: true, serverName: 'pacs.example' });
  const more = { tls, trust: authority.pem };
  const seen = await run(over, archive(), more);
  expect(seen).toMatchObject(good('session'));
  expect(seen.signals['certificate']).toBeCloseTo(until.getTime() / 1000, -1);
  expect(await run({ ...over, serverName: 'ris.example' }, archive(), more)).toMatchObject(bad('certificate-name'));
  expect(await run(over, archive(), { tls })).toMatchObject(bad('certificate-untrusted'));
  expect(await run(over, archive())).toMatchObject(
    bad(expect.stringMatching(/^(?:no-answer|tls-handshake|closed-early)$/)),
  );
  expect(await run(plain, archive(), more)).toMatchObject(
    bad(expect.stringMatching(/^(?:closed-early|reset|protocol-error)$/)),
  );
});
