import { describe, expect, test } from 'vitest';
import { acceptsEncoding } from './accept-encoding.ts';
import { addressHash, protocolOf } from './address.ts';
import { proxyFrom } from './plan/environment.ts';
import { durationOf, durationText, sizeOf, sizeText } from './units.ts';
import { goUrlProblem, redactedUrl } from './url.ts';

describe('durations as Go has them', () => {
  test.each([
    ['5s', 5, '5s'],
    ['1m30s', 90, '1m30s'],
    ['1.5h', 5400, '1h30m0s'],
    ['500ms', 0.5, '500ms'],
    ['1h', 3600, '1h0m0s'],
    ['-1s', -1, '-1s'],
    ['0', 0, '0s'],
    ['.5s', 0.5, '500ms'],
    ['100us', 0.0001, '100µs'],
    ['15ns', 15e-9, '15ns'],
    ['1m0.5s', 60.5, '1m0.5s'],
  ])('%s', (text, seconds, shown) => {
    expect(durationOf(text)).toBeCloseTo(seconds, 12);
    expect(durationText(seconds)).toBe(shown);
  });
  test.each(['', '5', 's', '5d', '5 s', '1m 30s', '--5s', '.s', '5s5', '9999999h'])('%j is none', (text) =>
    expect(durationOf(text)).toBeNull(),
  );
});

describe('sizes', () => {
  test.each([
    ['1B', 1, '1B'],
    ['1KiB', 1024, '1KiB'],
    ['1MB', 1_048_576, '1MiB'],
    ['1MiB512KiB', 1_572_864, '1MiB512KiB'],
    ['1.5GiB', 1_610_612_736, '1GiB512MiB'],
    ['0', 0, '0B'],
  ])('%s', (text, bytes, shown) => {
    expect(sizeOf(text)).toBe(bytes);
    expect(sizeText(bytes)).toBe(shown);
  });
  test.each(['10', '10kB', '1KiB1KB', 'MiB', '1 MB'])('%j is none', (text) => expect(sizeOf(text)).toBeNull());
});

describe('addresses', () => {
  test.each([
    ['127.0.0.1', 4, 3668918509],
    ['::ffff:127.0.0.1', 4, 3668918509],
    ['::', 6, 1768495365],
    ['2001:db8::1', 6, 1851458804],
    [null, 0, 0],
  ])('%s', (address, protocol, hash) => {
    expect(protocolOf(address)).toBe(protocol);
    expect(addressHash(address)).toBe(hash);
  });
});

describe('a compression and an Accept-Encoding', () => {
  test.each([
    ['', 'gzip', true],
    ['gzip', '', true],
    ['gzip', 'gzip', true],
    ['gzip', 'br', false],
    ['gzip', 'br, gzip', true],
    ['gzip', 'gzip;q=0', false],
    ['gzip', 'gzip;q=0.001', true],
    ['gzip', '*', true],
    ['gzip', '*;q=0', false],
    ['gzip', '*;q=0, gzip', true],
    ['gzip', 'gzip;q=0, *', true],
    ['gzip', 'GZIP', false],
    ['gzip', 'gzip;q=none', false],
  ])('%j of %j', (compression, header, accepted) => expect(acceptsEncoding(compression, header)).toBe(accepted));
});

describe('URLs as Go reads them', () => {
  test.each([
    'http://proxy:3128',
    'http://u:p@proxy',
    '',
    'proxy',
    '//proxy',
    'http://[::1]:80/',
    'a%20b',
    'http://é/',
  ])('%j is one', (text) => expect(goUrlProblem(text)).toBeNull());
  test.each([
    'http://[::1',
    'http://proxy:port',
    'http://a b/',
    ':x',
    'a:b/c%zz'.replace('a:', '1:'),
    'http://x/%zz',
    'a\u0000',
  ])('%j is none', (text) => expect(goUrlProblem(text)).not.toBeNull());
  test('a password is not shown', () =>
    expect(redactedUrl('http://u:p@ss@proxy:1/x')).toBe('http://u:xxxxx@proxy:1/x'));
});

describe('a proxy of the environment', () => {
  const url = (text: string) => new URL(text);
  test.each([
    [{}, 'http://epj.example/', null],
    [{ HTTP_PROXY: 'http://a:1' }, 'http://epj.example/', 'http://a:1'],
    [{ http_proxy: 'a:1' }, 'http://epj.example/', 'http://a:1'],
    [{ HTTP_PROXY: 'http://a:1' }, 'https://epj.example/', null],
    [{ HTTPS_PROXY: 'http://b:1' }, 'https://epj.example/', 'http://b:1'],
    [{ HTTP_PROXY: 'http://a:1' }, 'http://localhost/', null],
    [{ HTTP_PROXY: 'http://a:1' }, 'http://127.0.0.1/', null],
  ])('%j for %s', (environment, target, found) => expect(proxyFrom(environment, url(target))?.url ?? null).toBe(found));
  test('what is asked without it', () =>
    expect(proxyFrom({ HTTP_PROXY: 'http://a', NO_PROXY: 'x.example, 10.0.0.0/8' }, url('http://y/'))?.except).toEqual([
      'x.example',
      '10.0.0.0/8',
    ]));
});
