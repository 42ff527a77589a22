import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFilter } from './ldap-filter.ts';

test.each([
  ['(cn=Babs Jensen)', { is: 'equal', attribute: 'cn', value: 'Babs Jensen' }],
  ['(!(cn=Tim Howes))', { is: 'not', of: { is: 'equal', attribute: 'cn', value: 'Tim Howes' } }],
  ['(o=univ*of*mich*)', { is: 'parts', attribute: 'o', parts: ['univ', 'of', 'mich', ''] }],
  ['(seeAlso=)', { is: 'equal', attribute: 'seeAlso', value: '' }],
  ['(cn:caseExactMatch:=Fred)', { is: 'rule', attribute: 'cn', rule: 'caseExactMatch', dn: false, value: 'Fred' }],
  ['(cn:=Betty)', { is: 'rule', attribute: 'cn', rule: '', dn: false, value: 'Betty' }],
  ['(o:dn:=Ace)', { is: 'rule', attribute: 'o', rule: '', dn: true, value: 'Ace' }],
  ['(:DN:2.4.6.8.10:=Dino)', { is: 'rule', attribute: '', rule: '2.4.6.8.10', dn: true, value: 'Dino' }],
  [String.raw`(o=P \28All\29)`, { is: 'equal', attribute: 'o', value: 'P (All)' }],
  ['(cn;lang-da=x)', { is: 'equal', attribute: 'cn;lang-da', value: 'x' }],
])('%s, of RFC 4515, is read', (text, filter) => expect(parseFilter(text)).toEqual(filter));

test.each([
  '',
  'cn=a',
  '(cn=a',
  '(cn=a))',
  '(&)',
  '()',
  '(=a)',
  '(c n=a)',
  '(cn=a**b)',
  String.raw`(cn=\zz)`,
  String.raw`(cn=a\)`,
  '(!(a=1)(b=2))',
  '(:=x)',
  `${'(!'.repeat(30)}(a=1)${')'.repeat(30)}`,
  `(a=${'x'.repeat(5000)})`,
])('%j is no filter', (text) => expect(parseFilter(text)).toBeNull());

test('whatever text comes, it is read or refused', () => {
  const text = fc.string({ unit: fc.constantFrom(...'(&|!)=*~<>:\\2aå;.d') });
  fc.assert(
    fc.property(text, (made) => void parseFilter(made)),
    { numRuns: 2000 },
  );
});
