import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monotonic } from '../clock.ts';
import { checkOf, contextHere } from '../testing/servers.ts';
import { ProbeFailure } from '../wire/failure.ts';
import { measure } from '../wire/measure.ts';
import { excerpt, excerptOfPart, printable, redact } from './redact.ts';

test.each([
  ['a civil registration number', 'patient 010190-1234 waits', 'patient *** waits'],
  ['one without its dash', 'cpr=0101901234;', 'cpr=***;'],
  ['one inside HL7', 'PID|||311299-4321^^^CPR', 'PID|||***^^^CPR'],
  ['a replacement number', '610190-1234', '***'],
  ['an electronic one', 'id 010190TBA1', 'id ***'],
  ['a bearer token', 'Authorization: Bearer abc.def', 'Authorization: ***'],
  ['a bearer token on its own', 'sent bearer abcdef123', 'sent bearer ***'],
  ['a cookie', 'set-cookie: a=b; c=d\nx: y', 'set-cookie: ***\nx: y'],
  ['a login in an address', 'https://me:secret@host/x', 'https://***@host/x'],
  ['a password in a query', '/login?user=a&password=hunter2&x=1', '/login?user=a&password=***&x=1'],
  ['a secret in JSON', '{"client_secret": "abc", "a": 1}', '{"client_secret": "***", "a": 1}'],
  ['a number with its date in parts', 'id 01-01-90-1234', 'id ***'],
  ['one in parts with a wider gap', 'id 01.01.90 - 1234.', 'id ***.'],
  ['one after a dash of three bytes', Buffer.from('id 010190–1234').toString('latin1'), 'id ***'],
  ['a login with a slash in its password', 'postgres://u:p/w@h/db', 'postgres://***@h/db'],
  ['a login with an @ in its password', 'amqp://u:p@ss@h', 'amqp://***@h'],
  ['a quoted password with spaces', '{"password": "a b c", "a": 1}', '{"password": "***", "a": 1}'],
  ['one over two lines', '"password":\n\t"a b c"', '"password":\n\t"***"'],
  ['one with quotes in it', String.raw`{"pwd":"a \" b","a":1}`, '{"pwd":"***","a":1}'],
  ['one with quotes doubled', "Pwd='a '' b';Db=x", "Pwd='***';Db=x"],
  ['one whose quote never ends', "secret = 'a b c", "secret = '***"],
  ['one in a connection string', 'Server=h;PWD="hem melig";Db=x', 'Server=h;PWD="***";Db=x'],
  ['a bare one with other signs in it', 'user=a password=b,"c x=1', 'user=a password=*** x=1'],
  ['a password in SOAP', '<w:Password Type="x#y">a b</w:Password>', '<w:Password Type="x#y">***</w:Password>'],
  ['a token around a number', 'bearer ab0101901234cd', 'bearer ***'],
  ['a web token', 'got eyJhbGciOiJI.eyJzdWIi.c2ln', 'got ***'],
])('%s is masked', (_, text, expected) => expect(redact(text)).toBe(expected));

test.each([
  'disk_used_bytes 1700000000',
  'HTTP/1.1 200 OK',
  '20260101120000',
  '2026-07-01T12:00:00Z',
  'port 20443',
  'expected /^220/, got nothing',
  'connected to 10.11.12.130 port 5432',
  'expected status 200 or 204, got 503',
  'since 2026-07-01 12:10:30',
  'GET https://epj.example/health?full=1',
])('%s is shown as it is', (text) => expect(redact(text)).toBe(text));

// What is around never has a digit or a letter of the secrets: a single one of them shown is a leak.
const around = fc.string({ unit: fc.constantFrom(...'abcXYZ _.,:;/@&=<>{}()[]|"\'\\#%?!\r\n\t-'), maxLength: 1200 });
const text = (signs: string, minLength = 8) =>
  fc.string({ unit: fc.constantFrom(...signs), minLength, maxLength: 300 });
const letters = 'æøåÆØÅ';
const gaps = fc.constantFrom('', '-', ' ', '.', '/', ' - ', '\t');
const day = fc.constantFrom('01', '15', '31', '61', '91');
const number = fc
  .tuple(
    day,
    gaps,
    fc.constantFrom('01', '12'),
    gaps,
    fc.constantFrom('00', '90'),
    gaps,
    fc.constantFrom('1234', '0000'),
  )
  .map((parts) => parts.join(''));
const secret = fc.oneof(
  number,
  text(`${letters} &;,@/`).map((said) => `"password": "${said}"`),
  text(`${letters} ;"`).map((said) => `PWD='${said}'`),
  text(`${letters},@/"'`).map((said) => `;token=${said.replace(/^["']+/, 'æ')}`),
  text(`${letters}@/:"&`).map((said) => `postgres://${said}@`),
  text('0123456789').map((said) => `Bearer ${said}`),
  text(`${letters}=; `).map((said) => `\r\ncookie: ${said}\r\n`),
  text('0123456789').map((said) => `eyJ${said}.${said}`),
);
const leak = new RegExp(`[0-9${letters}]`);

test('no secret shows, whatever is around it and wherever it is cut', () =>
  fc.assert(
    fc.property(around, secret, around, fc.integer({ min: 1, max: 400 }), (before, hot, after, limit) => {
      const said = `${before} ${hot} ${after}`;
      expect(redact(said)).not.toMatch(leak);
      expect(excerpt(said, limit)).not.toMatch(leak);
      expect(excerpt(said, limit).length).toBeLessThanOrEqual(limit + 1);
      expect(excerpt(Buffer.from(said, 'latin1'), limit)).not.toMatch(leak);
    }),
    { numRuns: 2000 },
  ));

test('a long secret does not move the cut into what comes after it', () =>
  fc.assert(
    fc.property(fc.integer({ min: 700, max: 900 }), number, (length, hot) => {
      expect(excerpt(`token=${'x'.repeat(length)} cpr ${hot}`)).not.toMatch(leak);
      expect(redact(`token=${'x'.repeat(length * 20)} cpr ${hot}`)).not.toMatch(leak);
      expect(excerpt(`postgres://u:${'æ'.repeat(length)}@h ${hot}`)).not.toMatch(leak);
    }),
  ));

test('what has arrived of a number shows at most five of its digits', () =>
  fc.assert(
    fc.property(number, fc.nat({ max: 20 }), (hot, length) => {
      const shown = excerptOfPart(`id ${hot.slice(0, length)}`);
      expect(shown.replaceAll(/\D/g, '').length).toBeLessThanOrEqual(5);
    }),
  ));

test('no secret shows in anything a run gives', async () => {
  const check = checkOf('http', {}, { id: 'a/b' });
  await fc.assert(
    fc.asyncProperty(around, secret, around, async (before, hot, after) => {
      const said = `${before} ${hot} ${after}`;
      const context = contextHere()(new AbortController().signal);
      const seen = await measure({ check, target: 'x' }, context, async (notes) => {
        notes.say(said);
        notes.say(`< ${excerpt(said, 512)}`);
        throw new ProbeFailure('unexpected-answer', `expected nothing, got "${said}"`);
      });
      for (const shown of [seen.transcript, seen.message, JSON.stringify(seen.signals)])
        expect(shown).not.toMatch(leak);
    }),
    { numRuns: 300 },
  );
});

const hostile = [
  ...['://', '"', '\\', ' ', '<', '<a', '0', '01', '01-', 'a.', 'a:', '@', 'eyJ', 'eyJaaaaaaaa.', '=', '\n'],
  ...['token', 'token=', 'token="', 'token="\\', "token='", 'token= ', 'cookie:', 'cookie:\n', 'bearer ', '<password '],
];
test.each(hostile)('%j without end costs no more than its length', (piece) => {
  for (const start of ['', 'token', 'token="', 'bearer ', '<password ', '://']) {
    const said = start + piece.repeat(1_000_000 / piece.length);
    const costs = [1, 2, 3].map(() => {
      const began = monotonic();
      redact(said);
      return monotonic() - began;
    });
    // Linear is a millisecond or two; the square of the 16 KiB looked at would be hundreds.
    expect(Math.min(...costs)).toBeLessThan(60);
  }
});

test('nothing a peer says reaches a terminal as a control character', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(printable(Buffer.from(bytes))).not.toMatch(/[\x00-\x1f\x7f-\xa0]/);
    }),
  ));
