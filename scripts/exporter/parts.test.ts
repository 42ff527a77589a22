import { describe, expect, test } from 'vitest';
import { createBudget } from './budget.ts';
import { createHistory } from './history.ts';
import { createPasswords } from './passwords.ts';
import { timeoutOf } from './timeout.ts';

describe('how long a run may take', () => {
  test.each([
    ['nothing said', undefined, 0.5, 0, 119.5],
    ['only the module says', undefined, 0.5, 5, 5],
    ['the scraper says', '15', 0.5, 0, 14.5],
    ['the scraper says less than the module', '3', 0.5, 5, 2.5],
    ['the module says less than the scraper', '15', 0.5, 5, 5],
    ['zero is nothing', '0', 0.5, 0, 119.5],
    ['no offset', '15', 0, 0, 15],
    ['less than the offset is never below zero', '0.2', 0.5, 0, 0],
    ['less than the offset is as the module says', '0.2', 0.5, 5, 5],
    ['below zero', '-1', 0.5, 5, 5],
    ['no number', 'soon', 0.5, 5, null],
    ['a number with a tail', '5s', 0.5, 5, null],
  ])('%s', (_, header, offset, module, seconds) => expect(timeoutOf(header, { offset, module })).toBe(seconds));
});

describe('the history', () => {
  const past = (target: string, success: boolean) => ({ module: 'm', target, success, text: target });
  test('keeps the last, and beyond them the failures', () => {
    const history = createHistory(3);
    for (let at = 0; at < 10; at += 1) history.add(past(String(at), at !== 2));
    expect(history.all().map(({ target }) => target)).toEqual(['2', '7', '8', '9']);
    expect(history.byId(2)?.target).toBe('2');
    expect(history.byId(3)).toBeNull();
  });
  test('keeps no more failures than its limit', () => {
    const history = createHistory(2);
    for (let at = 0; at < 10; at += 1) history.add(past(String(at), false));
    expect(history.all().map(({ target }) => target)).toEqual(['6', '7', '8', '9']);
  });
  test('finds by target, and by target and module', () => {
    const history = createHistory(3);
    history.add({ ...past('a', true), module: 'one' });
    history.add({ ...past('a', true), module: 'two' });
    expect(history.byTarget('a', '')?.module).toBe('one');
    expect(history.byTarget('a', 'two')?.id).toBe(1);
    expect(history.byTarget('a', 'three')).toBeNull();
  });
  test('of nothing keeps nothing', () => {
    const history = createHistory(0);
    history.add(past('a', true));
    expect(history.all()).toEqual([]);
  });
});

test('a place bears so many probes a second, in bursts of as many; another place has its own', () => {
  let now = 0;
  const ask = createBudget(3, () => now);
  const times = (place: string, count: number) =>
    Array.from({ length: count }, () => ask(place)).filter(Boolean).length;
  expect(times('a', 10)).toBe(3);
  expect(times('b', 10)).toBe(3);
  now = 1000;
  expect(times('a', 10)).toBe(3);
  now = 1400;
  expect(times('a', 10)).toBe(1);
  now = 100_000;
  expect(times('a', 10)).toBe(3);
});

test('less than one a second is still one at first', () => {
  let now = 0;
  const ask = createBudget(0.5, () => now);
  expect([ask('a'), ask('a')]).toEqual([true, false]);
  now = 2001;
  expect(ask('a')).toBe(true);
});

test('passwords are known by their hashes, and no other', async () => {
  // bcrypt of "right", by another implementation's prefix too.
  const { hash } = await import('bcryptjs');
  const hashed = await hash('right', 4);
  const isKnown = createPasswords({ anna: hashed, bo: hashed.replace('$2b', '$2y') }, () => true);
  expect(await isKnown('anna', 'right')).toBe(true);
  expect(await isKnown('anna', 'right')).toBe(true);
  expect(await isKnown('bo', 'right')).toBe(true);
  expect(await isKnown('anna', 'wrong')).toBe(false);
  expect(await isKnown('anna', '')).toBe(false);
  expect(await isKnown('nobody', 'right')).toBe(false);
  expect(await isKnown('constructor', 'right')).toBe(false);
});

test('guessing costs no more than some looks a second, and who is known stays known', async () => {
  const { hash } = await import('bcryptjs');
  const isKnown = createPasswords(
    { anna: await hash('right', 4) },
    createBudget(2, () => 0),
  );
  expect(await isKnown('anna', 'right')).toBe(true);
  expect([await isKnown('anna', 'a'), await isKnown('anna', 'b'), await isKnown('anna', 'c')]).toEqual([
    false,
    null,
    null,
  ]);
  expect(await isKnown('anna', 'right')).toBe(true);
});
