import { expect, test } from 'vitest';
import { refusePerson } from './person.ts';

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
