import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerpt, printable, redact } from './redact.ts';

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
  ['a web token', 'got eyJhbGciOiJI.eyJzdWIi.c2ln', 'got ***'],
])('%s is masked', (_, text, expected) => expect(redact(text)).toBe(expected));

test.each([
  'disk_used_bytes 1700000000',
  'HTTP/1.1 200 OK',
  '20260101120000',
  '2026-07-01T12:00:00Z',
  'port 20443',
  'expected /^220/, got nothing',
])('%s is shown as it is', (text) => expect(redact(text)).toBe(text));

test('no cut leaves half a number that is no longer recognised', () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 220 }), (before) => {
      const shown = excerpt(`${'x'.repeat(before)} 010190-1234 tail`, 200);
      expect(shown).not.toMatch(/010190/);
      expect(shown.length).toBeLessThanOrEqual(201);
    }),
  ));

test('nothing a peer says reaches a terminal as a control character', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      expect(printable(Buffer.from(bytes))).not.toMatch(/[\x00-\x1f\x7f-\xa0]/);
    }),
  ));
