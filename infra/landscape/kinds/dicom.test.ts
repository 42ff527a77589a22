import { expect, test } from 'vitest';
import { z } from 'zod';
import { dicom } from './dicom.ts';

const schema = z.strictObject(dicom.written);
type Written = Parameters<typeof dicom.normal>[0];
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
const client = { certificate: { env: 'C' }, key: { env: 'K' } };

test.each<readonly [string, Written, readonly (readonly string[])[]]>([
  ['an echo', { calling: 'FORVARSEL', called: 'PACS' }, []],
  ['a query of nothing', { find: {} }, []],
  ['a query of a patient', { find: { limit: 5, atLeast: 2 }, patient: 'nancy' }, []],
  ['a query over the web', { find: {}, web: { login: { bearer: { env: 'T' } } } }, []],
  ['a patient nobody asks for', { patient: 'nancy' }, [['patient']]],
  ['matches of nobody', { find: { atLeast: 1 } }, [['find', 'atLeast']]],
  ['more matches than are asked for', { find: { limit: 2, atLeast: 3 }, patient: 'nancy' }, [['find', 'atLeast']]],
  ['the web without a query', { web: {} }, [['web']]],
  ['the web with titles and TLS', { find: {}, web: {}, called: 'PACS', tls: true }, [['called'], ['tls']]],
  ['a certificate of our own without TLS', { client }, [['client']]],
  ['a certificate of our own over the web', { find: {}, web: {}, client }, []],
])('dicom: %s', (_, written, paths) => {
  expect(schema.safeParse(written).success).toBe(true);
  expect(dicom.whole?.(written)?.map(({ path }) => path)).toEqual(paths);
});

test.each([
  ['a title that is too long', { called: 'A'.repeat(17) }],
  ['a title of blanks', { called: '  ' }],
  ['a title with a backslash', { calling: 'A\\B' }],
  ['a level it has not', { find: { level: 'PATIENT' } }],
  ['a login in plain words', { find: {}, web: { login: { bearer: 'abc' } } }],
])('dicom: %s is refused', (_, written) => {
  expect(schema.safeParse(written).success).toBe(false);
});

test.each<readonly [Written, string, string, readonly string[]]>([
  [{}, 'session', 'socket', ['association', 'echo']],
  [{ tls: true }, 'session', 'socket', ['certificate', 'association', 'echo']],
  [{ find: {} }, 'transaction', 'socket', ['association', 'echo', 'find', 'matches']],
  [{ find: {}, web: {} }, 'transaction', 'url', ['certificate', 'find', 'matches']],
])('dicom: %j goes as deep as %s, to a %s', (written, depth, address, measured) => {
  const options = dicom.normal(written, patients);
  expect([dicom.depth(options), dicom.deepest(options)]).toEqual([depth, depth]);
  expect(dicom.addressOf?.(options)).toBe(address);
  expect(dicom.measures(options, true)).toEqual(measured);
});
