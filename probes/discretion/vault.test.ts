import { describe, expect, test } from 'vitest';
import { createVault } from './vault.ts';

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
