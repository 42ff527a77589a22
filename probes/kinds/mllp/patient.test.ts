import { expect, test } from 'vitest';
import { ack, engine, framed } from './testing/engine.ts';
import { identity, keeping, normal, run, says, shown } from './testing/run.ts';

const bad = (reason: string, message: unknown = expect.any(String)) => ({ outcome: 'bad', reason, message });
const good = (depth: string) => ({ outcome: 'good', depth });
const unable = (message: unknown) => ({ outcome: 'unknown', reason: 'could-not-run', message });
const any = normal();
const strict = normal({ level: 'accepted' });
const query = {
  type: 'QBP^Q22^QBP_Q21',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the probe fills it in.
  segments: ['EVN|Q22|${now}', 'PID|1||^^^CPR&1.2.208.176.1.2&ISO^NI||Berggren^Nancy^Ann'],
};

test('mllp: the agreed test patient is named in PID-3 and nowhere else', async () => {
  const sent: string[] = [];
  const options = normal({ level: 'accepted', message: query, patient: 'nancy' });
  const peer = keeping(sent, 'AA');
  const seen = await run(options, peer);
  expect(seen).toMatchObject(good('transaction'));
  expect(sent[0]?.split('\r')[2]).toBe(`PID|1||${identity}^^^CPR&1.2.208.176.1.2&ISO^NI||Berggren^Nancy^Ann`);
  expect(sent[0]?.split(identity)).toHaveLength(2);
  expect(shown(seen)).not.toMatch(/251248|9996|Berggren|Nancy/i);
});

test('mllp: a peer that repeats a patient to us is not quoted', async () => {
  const data = [
    `PID|1||${identity}^^^CPR||Berggren^Nancy^Ann||19481225|F|||Testpark Allé 48^^Aarhus`,
    'NK1|1|Berggren^Ole|SPO',
    'OBX|1|TX|DIAG||Kronisk obstruktiv lungesygdom',
  ];
  const peer = engine(({ control }, socket) => {
    const said = `Patient Nancy Berggren (${identity}) of Aarhus has Lungesygdom 19481225`;
    const err = ['ERR|||101^x|E|||PID^1^5^Berggren&Nancy|NANCY missing a field'];
    socket.write(Buffer.from(ack('AE', control, [...err, ...data], said), 'utf8'));
  });
  const refused = await run(normal({ level: 'accepted', message: query, patient: 'nancy' }), peer);
  expect(refused).toMatchObject(
    bad('rejected', expect.stringMatching(/101 \(a required field is missing\).*missing a field/)),
  );
  const tolerated = await run(any, peer);
  expect(tolerated).toMatchObject(good('protocol'));
  for (const seen of [refused, tolerated]) {
    expect(shown(seen)).not.toMatch(/251248|9996|berggren|nancy|aarhus|testpark|lungesygdom|19481225|Ole\b/i);
    expect(seen.transcript).toContain('MSA AE, ERR 101, PID, NK1, OBX');
  }
});

test('mllp: a patient in a header or outside any frame is not quoted either', async () => {
  const odd = [
    says(({ control }) =>
      framed(
        `MSH|^~\\&|Nancy Berggren|||${identity}|Nancy||${identity}|Berggren 251248|P|2.5\rMSA|AE|${control}|PID\\|251248-9996\r`,
      ),
    ),
    says(() => `MSH|^~\\&|\rPID|||${identity}||Berggren^Nancy\r`),
    says(() => framed(`Nancy Berggren ${identity}`)),
    says(() => framed(`MSH|^~\\&|\r${identity}Berggren|Nancy\r`)),
  ];
  for (const peer of odd) expect(shown(await run(strict, peer))).not.toMatch(/251248-?9996/);
});

test.each([
  ['PID^1^5^Hansen&Lone', 'data'],
  ['at PID|1||Hansen^Lone', 'a segment'],
  ['record 83726155 is locked', 'a number'],
])('mllp: "%s", which is %s in free text, is withheld', async (text) => {
  const seen = await run(
    strict,
    says(({ control }) => ack('AE', control, [`ERR|||206|E||||${text}`])),
  );
  expect(seen).toMatchObject(bad('rejected', expect.stringMatching(/206 \(record locked\)/)));
  expect(shown(seen)).not.toMatch(/Hansen|Lone|83726155/);
});

const segments = (...own: string[]) => normal({ message: { type: 'ADT^A08^ADT_A01', segments: own } });
test.each([
  ['what looks like a civil registration number', segments('ZFV|2512489996')],
  ['one with a hyphen, within a field', segments('OBX|1|TX|X||seen 251248-9996 today')],
  ['one as a sender', normal({ sender: { application: '251248-9996' } })],
  ['a segment about a person without an agreed patient', segments('PID|1||||Berggren^Nancy')],
  [
    'an agreed patient and a second number',
    { ...segments('PID|1||', 'OBX|1|TX|X||010190-1234'), patient: { identity: { env: 'NANCY' } } },
  ],
  ['an agreed patient without a place', { ...segments('EVN|A08'), patient: { identity: { env: 'NANCY' } } }],
  ['an agreed patient of whom nothing is known', { ...segments('PID|1||'), patient: { identity: { env: 'NOBODY' } } }],
  ['letters that the characters have not', segments('ZFV|Sønderjylland')],
  ['a segment that hides another', segments('ZFV|x\rPID|1||1')],
] as const)('mllp: %s is not sent, nor is anything', async (_, options) => {
  let knocked = 0;
  const seen = await run(options, (socket) => {
    knocked += 1;
    socket.resume();
  });
  expect(seen).toMatchObject(unable(expect.any(String)));
  expect(shown(seen)).not.toMatch(/9996|Nancy/);
  expect(knocked).toBe(0);
});

test('mllp: the identity cannot break out of its field', async () => {
  const sent: string[] = [];
  const options = normal({ level: 'accepted', message: query, patient: 'nancy' });
  await run(options, keeping(sent, 'AA'), { secrets: { 'env:NANCY': 'A|B^C~D&E\\F' } });
  expect(sent[0]).toContain('PID|1||A\\F\\B\\S\\C\\R\\D\\T\\E\\E\\F^^^CPR');
  const split = await run(options, keeping(sent, 'AA'), { secrets: { 'env:NANCY': '1\rOBX|1' } });
  expect(split).toMatchObject(unable(expect.any(String)));
  expect(sent).toHaveLength(1);
});
