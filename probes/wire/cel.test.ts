import { expect, test } from 'vitest';
import { celOf, holds } from './cel.ts';

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
test.each(['body ==', 'nobody == 1', 'body.s.matches("(")'])('CEL that cannot be read is ours: %s', async (source) => {
  await expect(evaluate(source)).rejects.toMatchObject({
    reason: 'could-not-run',
  });
});
