import { expect, test } from 'vitest';
import {
  badRatioIn,
  complement,
  fromGoTemplate,
  isSelector,
  ofRatio,
  overAnyWindow,
  overWindow,
  rangesOf,
} from './queries.ts';

test.each([
  ['a[{{.window}}]', 'a[{{window}}]'],
  ['a[{{ .window }}] / b[{{.window }}]', 'a[{{window}}] / b[{{window}}]'],
  ['a[ {{- .window -}} ]', 'a[{{window}}]'],
  ['up', 'up'],
  ['a{b="{{.x}}"}', null],
  ['a[{{window}}]', null],
  ['{{if .window}}', null],
])('the template %s is %s', (go, ours) => expect(fromGoTemplate(go)).toBe(ours));

test.each([
  ['t', 'e', '(t) - (e)'],
  ['t', '(t) - (e)', 'e'],
  ['t', '(t) - (sum(e{a=")"}))', 'sum(e{a=")"})'],
  // What is taken away is not all of the rest.
  ['t', '(t) - (a) + (b)', '(t) - ((t) - (a) + (b))'],
  ['t', '(u) - (e)', '(t) - ((u) - (e))'],
])('of %s, %s leaves %s', (total, part, rest) => expect(complement(total, part)).toBe(rest));
test.each(['e', 'sum(e{a=")"}) + 1', '(u) - (e)', ''])('what is left of what %s leaves is itself', (part) => {
  expect(complement('t', complement('t', part))).toBe(part);
});
test.each(['r[{{window}}]', 'a(b)', '1 - (x)'])('a ratio of the bad, %s, comes back from its counts', (ratio) => {
  expect(badRatioIn(ofRatio(ratio, 'bad'))).toBe(ratio);
  expect(badRatioIn(ofRatio(ratio, 'good'))).toBe(`1 - (${ratio})`);
  expect(badRatioIn({ good: 'g', total: 't' })).toBeNull();
  expect(badRatioIn({ good: 'g', total: '0 * (a) + (b) + 1' })).toBeNull();
});

test.each([
  ['up', true],
  ['job:up:sum', true],
  ['up{job="a",x=~"b\\"}"}', true],
  [" up {a='}'} ", true],
  ['sum(up)', false],
  ['up[5m]', false],
  ['up + up', false],
  ['up{a="b"', false],
])('%s is a series: %s', (query, is) => expect(isSelector(query)).toBe(is));

test.each([
  ['a', 'counter', 'sum(increase(a[{{window}}]))'],
  ['sum(a{b="("})', 'counter', 'sum(increase(a{b="("}[{{window}}]))'],
  ['sum by (x) (a)', 'counter', 'sum by (x)(increase(a[{{window}}]))'],
  ['sum(a) by (x)', 'counter', 'sum(increase(a[{{window}}])) by (x)'],
  ['sum(a) / sum(b)', 'counter', 'increase((sum(a) / sum(b))[{{window}}:1m])'],
  ['sum(a)', 'gauge', 'sum_over_time((sum(a))[{{window}}:1m])'],
  ['a', 'ratio', 'avg_over_time((a)[{{window}}:1m])'],
] as const)('%s as a %s over the window is %s', (query, kind, over) => expect(overWindow(query, kind)).toBe(over));

test.each([
  ['rate(a[5m])', ['5m'], 'rate(a[{{window}}])'],
  ['rate(a[1h30m] offset 5m) + b[ 1d :1m]', ['1h30m', '1d'], 'rate(a[{{window}}] offset 5m) + b[{{window}}:1m]'],
  ['a{b="[5m]"}', [], 'a{b="[5m]"}'],
  ["a{b='\\'[5m]'} + c[2w]", ['2w'], "a{b='\\'[5m]'} + c[{{window}}]"],
])('%s asks for %j', (query, ranges, free) => {
  expect(rangesOf(query)).toEqual(ranges);
  expect(overAnyWindow(query)).toBe(free);
});
