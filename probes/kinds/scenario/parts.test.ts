// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a scenario names a variable.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { celOf } from '../../wire/cel.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { pageOf, submissionOf } from './form.ts';
import { holds } from './hold.ts';
import { jsonOf } from './json.ts';
import { refusePerson } from './person.ts';
import { escapeFor, escapes, fillJson, fillText, fillUrl } from './template.ts';
import { totpOf } from './totp.ts';
import { createVault } from './vault.ts';

const wild = `a/b?c&d=e#f "q" \\ <x> 'ø'\n😀`;
const lookUp = (name: string) => ({ wild, number: 7, yes: true, at: 'https://b.example/x?y=1' })[name] ?? 'none';

const awkward = fc.oneof(fc.constantFrom(...`/?#&=+%"'<>\\.{}$\n\0 øπ😀`, '\ud800'), fc.string({ maxLength: 1 }));

describe('a value can be nothing but a value where it is put', () => {
  test.each([
    [
      'an address',
      fillUrl('/items/${wild}?q=${wild}', lookUp),
      `/items/${encodeURIComponent(wild)}?q=${encodeURIComponent(wild)}`,
    ],
    [
      'the beginning of an address is an address',
      fillUrl('${at}&z=${wild}', lookUp),
      `https://b.example/x?y=1&z=${encodeURIComponent(wild)}`,
    ],
    ['text', fillText('is ${wild}', lookUp, escapes.none), `is ${wild}`],
    ['a doubled sign is text', fillText('$${wild} $x ${}', lookUp, escapes.none), '${wild} $x ${}'],
  ])('%s', (_, got, wanted) => expect(got).toBe(wanted));

  test('JSON as text and as a value, XML and forms give back what was put in', () => {
    expect(JSON.parse(fillText('{"a":"${wild}"}', lookUp, escapeFor('application/fhir+json; charset=utf-8')))).toEqual({
      a: wild,
    });
    expect(fillJson({ a: ['${wild}!', '${number}', 'n ${number}', '${yes}', 4, null] }, lookUp)).toEqual({
      a: [`${wild}!`, 7, 'n 7', true, 4, null],
    });
    const form = fillText('a=${wild}&b=1', lookUp, escapeFor('application/x-www-form-urlencoded'));
    expect([...new URLSearchParams(form)]).toEqual([
      ['a', wild],
      ['b', '1'],
    ]);
    expect(fillText('<a b="${wild}"/>', lookUp, escapeFor('application/soap+xml'))).not.toMatch(/<x>|"q"|&d/);
    expect(escapeFor('text/plain')).toBe(escapes.none);
  });

  test.each(['.', '..'])('a value of dots does not climb: %s', (value) => {
    expect(() => fillUrl('/a/${x}/b', () => value)).toThrow('nothing was sent');
    expect(fillUrl('/a/../b?c=${x}', () => value)).toBe(`/a/../b?c=${value}`);
  });

  test('any value in any place', () => {
    fc.assert(
      fc.property(fc.string({ unit: awkward }), (value) => {
        const given = () => value;
        fc.pre(!/^\.{1,2}$/.test(value));
        const url = new URL(fillUrl('/a/${x}/b?c=${x}&d=1', given), 'http://h');
        expect(url.pathname.split('/')).toHaveLength(4);
        expect(url.searchParams.get('c')).toBe(value.toWellFormed());
        expect(JSON.parse(fillText('["${x}"]', given, escapes.json))).toEqual([value]);
      }),
    );
  });
});

describe('the vault', () => {
  const secret = 'p&ss wo+rd/"<é';
  const vault = createVault();
  vault.hide(secret);
  vault.hideHeader('X-Draft');
  test.each([
    ['as it is', secret],
    ['in an address', encodeURIComponent(secret)],
    ['in a form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in JSON', JSON.stringify(secret)],
    ['in a page', 'p&amp;ss wo+rd/&quot;&lt;é'],
    ['in base64', Buffer.from(secret).toString('base64')],
  ])('hides %s', (_, text) => {
    const shown = vault.mask(`before ${text} after`);
    expect(shown).toMatch(/^before "?\*\*\*=*"? after$/);
  });

  test('hides headers by name, parameters that carry a login, and what an excerpt has cut', () => {
    expect(vault.mask('< 200\n< x-draft: abc\n< x-other: abc')).toBe('< 200\n< x-draft: ***\n< x-other: abc');
    expect(vault.mask('< location: /cb?code=a.b-c&state=xyz&iss=me')).toBe('< location: /cb?code=***&state=***&iss=me');
    expect(vault.mask('got "hello p&ss w…')).toBe('got "hello ***…');
    expect(vault.excerpt(`${'x'.repeat(190)}${secret}`, 200)).not.toContain('p&ss');
    expect(vault.excerpt(Buffer.from(`${'x'.repeat(8190)}${secret}`), 200)).not.toContain('p&');
  });
});

describe('one-time codes', () => {
  // RFC 6238, appendix B: the secret is the digits over and over, as long as the digest.
  const secrets = {
    SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
    SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA',
  } as const;
  test.each([
    [59, 'SHA1', '94287082'],
    [59, 'SHA256', '46119246'],
    [59, 'SHA512', '90693936'],
    [1_111_111_109, 'SHA1', '07081804'],
    [1_111_111_111, 'SHA256', '67062674'],
    [20_000_000_000, 'SHA512', '47863826'],
  ] as const)('at %i by %s', (seconds, algorithm, code) => {
    expect(totpOf(secrets[algorithm], seconds * 1000, { digits: 8, algorithm })).toBe(code);
  });
  test('are read as people copy the secret, and a wrong one is our own trouble', () => {
    expect(totpOf('gezd gnbv gy3t qojq gezd gnbv gy3t qojq', 59_000)).toBe('287082');
    expect(() => totpOf('not base32!', 0)).toThrow(ProbeFailure);
  });
});

describe('pages', () => {
  const page = (html: string, type = 'text/html') =>
    pageOf({ headers: { 'content-type': type }, body: Buffer.from(html) });
  const at = new URL('https://idp.example/a/login?x=1');
  test('controls belong to the form they stand in or name; nothing of scripts, comments and disabled controls counts', async () => {
    const { forms } = await page(`
      <!-- <form><input name=no></form> --><script>"<form><input name=no>"</script>
      <form id=f action=go><input name=a value="1&amp;2"><input name=b disabled><input type=radio name=c value=1>
      <input type=radio name=c value=2 checked><button name=d value=x>D</button><input type=file name=e></form>
      <input form=f name=g value=3><input name=outside>`);
    expect(forms).toHaveLength(1);
    expect(forms[0]).toMatchObject({
      method: 'GET',
      action: 'go',
      fields: [
        ['a', '1&2'],
        ['c', '2'],
        ['g', '3'],
      ],
      buttons: [['d', 'x']],
    });
  });
  test.each([
    ['GET: fields are the query', '<form action="?old=1"><input name=a>', 'https://idp.example/a/login?a=v', null],
    ['POST: to where the page says', '<form method=POST action="../b"><input name=a>', 'https://idp.example/b', 'a=v'],
    ['no action is the page itself', '<form method=post><input name=a>', 'https://idp.example/a/login?x=1', 'a=v'],
    ['a base counts', '<base href="/c/"><form method=post action=d><input name=a>', 'https://idp.example/c/d', 'a=v'],
  ])('%s', async (_, html, url, body) => {
    const made = submissionOf(await page(html), at, { fill: [['a', 'v']] });
    expect([made.url.href, made.body]).toEqual([url, body]);
  });
  test.each([
    ['a scheme that is no web', '<form method=post action="javascript:alert(1)"><input name=a>', 'protocol-error'],
    ['another origin', '<form method=post action="http://idp.example/b"><input name=a>', 'not-allowed'],
    [
      'another origin by its base',
      '<base href="https://evil.example"><form method=post action=b><input name=a>',
      'not-allowed',
    ],
    ['an encoding of files', '<form method=post enctype="multipart/form-data"><input name=a>', 'could-not-run'],
    ['another field', '<form method=post><input name=b>', 'unexpected-answer'],
  ])('%s', async (_, html, reason) => {
    const read = await page(html);
    expect(() => submissionOf(read, at, { fill: [['a', 'v']] })).toThrow(expect.objectContaining({ reason }));
  });
  test('is bounded, and no page crashes it', async () => {
    await expect(page('<form>'.repeat(60).replaceAll('<form>', '<form></form>'))).rejects.toMatchObject({
      reason: 'answer-too-large',
    });
    await expect(page(`<form>${'<input name=a>'.repeat(501)}`)).rejects.toMatchObject({ reason: 'answer-too-large' });
    const began = performance.now();
    await expect(page('<div><b><a>'.repeat(90_000))).rejects.toMatchObject({ reason: 'answer-too-large' });
    await page('<p><br><i></i>'.repeat(70_000));
    await page('<a b=c '.repeat(120_000));
    expect(performance.now() - began).toBeLessThan(2000);
    const piece = fc.constantFrom(
      '<form',
      ' action="x',
      '">',
      '<input name=',
      'a',
      '<select>',
      '<option value=1>',
      '</form>',
      '<textarea>',
      '<!--',
      '<![CDATA[',
      '&#x0;',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), async (pieces) => {
        await page(pieces.join(''), 'text/html; charset=bogus');
      }),
    );
  });
});

describe('small readers', () => {
  const vocabulary = { status: 'int', headers: 'map', vars: 'map' } as const;
  const evaluate = async (source: string) =>
    holds(await celOf(source, 100, vocabulary), seen.body, {
      status: seen.status,
      headers: seen.headers,
      vars: seen.vars,
    });
  const seen = {
    status: 200,
    headers: { a: 'b' },
    body: { l: [1, 2], s: 'a'.repeat(50_000), n: null },
    vars: { id: 'x' },
  };
  test.each([
    ['status == 200 && headers.a == "b"', true],
    ['body.l.exists(x, x == 2) && size(body.l) == 2', true],
    ['body.missing == 1', false],
    ['has(body.missing)', false],
    ['body.l', false],
    ['vars.id == "x" && body.n == null', true],
    ['body.s.matches("^(a+)+$") && !body.s.matches("^(a+)+b$")', true],
  ])('CEL: %s', async (source, wanted) => expect(await evaluate(source)).toBe(wanted));
  test.each(['body ==', 'nobody == 1', 'body.s.matches("(")'])(
    'CEL that cannot be read is ours: %s',
    async (source) => {
      await expect(evaluate(source)).rejects.toMatchObject({
        reason: 'could-not-run',
      });
    },
  );
  test('JSON: a tower is refused before it is parsed, brackets in texts do not count', () => {
    const shown = () => 'x';
    expect(jsonOf(Buffer.from(JSON.stringify({ a: '['.repeat(500) })), shown)).toEqual({ a: '['.repeat(500) });
    expect(() => jsonOf(Buffer.from('[{"a":'.repeat(150)), shown)).toThrow('levels');
    fc.assert(
      fc.property(fc.json(), (text) => void expect(jsonOf(Buffer.from(text), shown)).toEqual(JSON.parse(text))),
    );
  });
  test.each([
    ['/x?cpr=010190-1234', true],
    ['/x?cpr=010190%2D1234', true],
    ['{"cpr":"0101901234"}', true],
    ['<cpr>7101901234</cpr>', true],
    ['010190-RGM1', true],
    ['/x?t=1764121302', false],
    ['e0101901234b', false],
    ['3101190', false],
  ])('a person in %s: %s', (text, refused) => {
    const send = () => refusePerson([text], null);
    if (refused) expect(send).toThrow('nothing was sent');
    else expect(send).not.toThrow();
  });
  test('the agreed test patient may be sent, and nobody beside him', () => {
    expect(() => refusePerson(['/x?cpr=010190%2D1234'], '010190-1234')).not.toThrow();
    expect(() => refusePerson(['/x?cpr=010190-1234&other=020290-1234'], '010190-1234')).toThrow('nothing was sent');
  });
});
