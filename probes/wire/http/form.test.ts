import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageOf, submissionOf } from './form.ts';

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
