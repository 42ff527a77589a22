// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a scenario names a variable.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeFor, escapes, fillJson, fillText, fillUrl } from './template.ts';

const wild = `a/b?c&d=e#f "q" \\ <x> 'ø'\n😀`;
const lookUp = (name: string) => ({ wild, number: 7, yes: true, at: 'https://b.example/x?y=1' })[name] ?? 'none';

const awkward = fc.oneof(fc.constantFrom(...`/?#&=+%"'<>\\.{}$\n\0 øπ😀`, '\ud800'), fc.string({ maxLength: 1 }));

describe('a value can be nothing but a value where it is put', () => {
  test.each([
    [
      'an address',
      fillUrl('/items/${wild}?q=${wild}', lookUp),
      `/items/${encodeURIComponent(wild)}?q=${encodeURIComponent(wild)}`,
    ],
    [
      'the beginning of an address is an address',
      fillUrl('${at}&z=${wild}', lookUp),
      `https://b.example/x?y=1&z=${encodeURIComponent(wild)}`,
    ],
    ['text', fillText('is ${wild}', lookUp, escapes.none), `is ${wild}`],
    ['a doubled sign is text', fillText('$${wild} $x ${}', lookUp, escapes.none), '${wild} $x ${}'],
  ])('%s', (_, got, wanted) => expect(got).toBe(wanted));

  test('JSON as text and as a value, XML and forms give back what was put in', () => {
    expect(JSON.parse(fillText('{"a":"${wild}"}', lookUp, escapeFor('application/fhir+json; charset=utf-8')))).toEqual({
      a: wild,
    });
    expect(fillJson({ a: ['${wild}!', '${number}', 'n ${number}', '${yes}', 4, null] }, lookUp)).toEqual({
      a: [`${wild}!`, 7, 'n 7', true, 4, null],
    });
    const form = fillText('a=${wild}&b=1', lookUp, escapeFor('application/x-www-form-urlencoded'));
    expect([...new URLSearchParams(form)]).toEqual([
      ['a', wild],
      ['b', '1'],
    ]);
    expect(fillText('<a b="${wild}"/>', lookUp, escapeFor('application/soap+xml'))).not.toMatch(/<x>|"q"|&d/);
    expect(escapeFor('text/plain')).toBe(escapes.none);
  });

  test.each(['.', '..'])('a value of dots does not climb: %s', (value) => {
    expect(() => fillUrl('/a/${x}/b', () => value)).toThrow('nothing was sent');
    expect(fillUrl('/a/../b?c=${x}', () => value)).toBe(`/a/../b?c=${value}`);
  });

  test('any value in any place', () => {
    fc.assert(
      fc.property(fc.string({ unit: awkward }), (value) => {
        const given = () => value;
        fc.pre(!/^\.{1,2}$/.test(value));
        const url = new URL(fillUrl('/a/${x}/b?c=${x}&d=1', given), 'http://h');
        expect(url.pathname.split('/')).toHaveLength(4);
        expect(url.searchParams.get('c')).toBe(value.toWellFormed());
        expect(JSON.parse(fillText('["${x}"]', given, escapes.json))).toEqual([value]);
      }),
    );
  });
});
