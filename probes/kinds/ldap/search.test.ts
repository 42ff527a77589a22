import { expect, test } from 'vitest';
import { parseFilter } from '../../../infra/landscape/kinds/ldap-filter.ts';
import { encodeFilter, searchRequest } from './search.ts';

const filterHex = (text: string): string => {
  const filter = parseFilter(text);
  if (filter === null) throw new Error(`expected a filter, got ${text}`);
  return encodeFilter(filter).toString('hex');
};

// As OpenLDAP's ldapsearch sends them.
test.each([
  ['(objectClass=*)', '870b6f626a656374436c617373'],
  ['(uid=a)', 'a3080403756964040161'],
  ['(cn~=a)', 'a8070402636e040161'],
  ['(!(n>=1))', 'a208a50604016e040131'],
  ['(&(a=1)(|(b<=2)(c=3)))', 'a01aa306040161040131a110a606040162040132a306040163040133'],
  ['(a=i*m*m*f)', 'a411040161300c80016981016d81016d820166'],
  ['(a=*f)', 'a4080401613003820166'],
  [String.raw`(a=\2a\00)`, 'a30704016104022a00'],
  ['(a=å)', 'a3070401610402c3a5'],
  ['(a:dn:2.5.13.5:=x)', 'a9138108322e352e31332e358201618301788401ff'],
  ['(:2.5.13.5:=x)', 'a90d8108322e352e31332e35830178'],
])('%s is sent as it should be', (text, hex) => expect(filterHex(text)).toBe(hex));

test('a search is as RFC 4511 has it', () => {
  const asked = {
    base: '',
    scope: 'base' as const,
    filter: '(a=*)',
    attributes: [],
    values: {},
    atLeast: 1,
    most: 300,
  };
  expect(searchRequest(2, asked, 5).toString('hex')).toBe(
    '3021020102631c04000a01000a01000202012c02010501010087016130050403312e31',
  );
});
