import type { LdapOptions } from '../../../infra/landscape/kinds/ldap.ts';
import { type Filter, parseFilter } from '../../../infra/landscape/kinds/ldap-filter.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { boolean, element, integer, octets } from '../../wire/ldap/ber.ts';
import { message } from '../../wire/ldap/message.ts';

/** A search of LDAP v3 (RFC 4511 §4.5.1) and its filter. */
const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1');

const substrings = (attribute: string, parts: readonly string[]): Buffer => {
  const last = parts.length - 1;
  const tagOf = (index: number): number => (index === 0 ? 0x80 : index === last ? 0x82 : 0x81);
  const told = parts.flatMap((part, index) => (part === '' ? [] : [octets(bytes(part), tagOf(index))]));
  return element(0xa4, octets(attribute), element(0x30, ...told));
};
const comparisons = { equal: 0xa3, atLeast: 0xa5, atMost: 0xa6, about: 0xa8 } as const;

export const encodeFilter = (filter: Filter): Buffer => {
  if (filter.is === 'and' || filter.is === 'or')
    return element(filter.is === 'and' ? 0xa0 : 0xa1, ...filter.of.map(encodeFilter));
  if (filter.is === 'not') return element(0xa2, encodeFilter(filter.of));
  if (filter.is === 'present') return octets(filter.attribute, 0x87);
  if (filter.is === 'parts') return substrings(filter.attribute, filter.parts);
  if (filter.is === 'rule') {
    const { rule, attribute, value, dn } = filter;
    const named = [rule === '' ? [] : [octets(rule, 0x81)], attribute === '' ? [] : [octets(attribute, 0x82)]].flat();
    return element(0xa9, ...named, octets(bytes(value), 0x83), ...(dn ? [boolean(true, 0x84)] : []));
  }
  return element(comparisons[filter.is], octets(filter.attribute), octets(bytes(filter.value)));
};

const scopes = { base: 0, one: 1, sub: 2 } as const;
export const searchRequest = (
  id: number,
  { base, scope, filter, attributes, values, most }: NonNullable<LdapOptions['search']>,
  seconds: number,
): Buffer => {
  const parsed = parseFilter(filter);
  if (parsed === null) throw new ProbeFailure('could-not-run', 'expected a filter of RFC 4515');
  const asked = [...new Set([...attributes, ...Object.keys(values)])];
  return message(
    id,
    element(
      0x63,
      octets(base),
      integer(scopes[scope], 0x0a),
      // Aliases are not followed: what the check names is what is looked at.
      integer(0, 0x0a),
      integer(most),
      integer(seconds),
      boolean(false),
      encodeFilter(parsed),
      // `1.1` asks for no attribute at all (RFC 4511 §4.5.1.8).
      element(0x30, ...(asked.length === 0 ? ['1.1'] : asked).map((name) => octets(name))),
    ),
  );
};
