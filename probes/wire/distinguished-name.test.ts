import { expect, test } from 'vitest';
import { distinguishedName } from './distinguished-name.ts';

test.each([
  ['CN=epj.example', 'CN=epj.example'],
  ['C=DK\nST=Midt\nL=Aarhus\nO=Region\nOU=IT\nCN=epj', 'CN=epj,ST=Midt,L=Aarhus,OU=IT,O=Region,C=DK'],
  ['O=A\nO=B\nCN=c', 'CN=c,O=A+O=B'],
  ['CN=a + serialNumber=7\nC=DK', 'SERIALNUMBER=7,CN=a,C=DK'],
  ['emailAddress=it@region.example\nCN=a', 'CN=a,emailAddress=it@region.example'],
  ['CN=a\\, b \\+ c', 'CN=a\\, b \\+ c'],
  ['CN=1 + 1', 'CN=1 + 1'],
  ['street=Vej 1\npostalCode=8000\nCN=a', 'CN=a,POSTALCODE=8000,STREET=Vej 1'],
  ['', ''],
  [undefined, ''],
])('%j is written %j', (lines, expected) => expect(distinguishedName(lines)).toBe(expected));
