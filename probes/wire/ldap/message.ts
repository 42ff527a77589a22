import { broken, type Element, element, elementsIn, integer, integerOf, octets } from './ber.ts';

/** Messages of LDAP v3 (RFC 4511): what begins a session, and all answers. */
/** One message of the protocol, numbered. */
export const message = (id: number, operation: Buffer): Buffer => element(0x30, integer(id), operation);
export const startTlsName = '1.3.6.1.4.1.1466.20037';
export const startTlsRequest = (id: number): Buffer => message(id, element(0x77, octets(startTlsName, 0x80)));
export const bindRequest = (id: number, dn: string, password: string): Buffer =>
  message(id, element(0x60, integer(3), octets(dn), octets(password, 0x80)));
export const unbindRequest = (id: number): Buffer => message(id, element(0x42));

export type Result = { readonly code: number; readonly said: string };
export type Entry = { readonly attributes: ReadonlyMap<string, readonly Buffer[]> };
export type Answer =
  | { readonly is: 'bind' | 'done' | 'extended'; readonly id: number; readonly result: Result; readonly name: string }
  | { readonly is: 'entry'; readonly id: number; readonly entry: Entry }
  | { readonly is: 'reference'; readonly id: number };

const nth = (elements: readonly Element[], index: number, tag: number, what: string): Element => {
  const found = elements[index];
  if (found?.tag !== tag) throw broken(`an answer without ${what}`);
  return found;
};

const resultOf = (elements: readonly Element[]): Result => {
  const code = integerOf(nth(elements, 0, 0x0a, 'a result code'));
  nth(elements, 1, 0x04, 'a matched name');
  return { code, said: nth(elements, 2, 0x04, 'a message').content.toString('utf8') };
};

const entryOf = (elements: readonly Element[]): Entry => {
  nth(elements, 0, 0x04, 'the name of an entry');
  const list = elementsIn(nth(elements, 1, 0x30, 'attributes').content);
  const attributes = list.map(({ content }) => {
    const parts = elementsIn(content);
    const name = nth(parts, 0, 0x04, 'the name of an attribute').content.toString('latin1').toLowerCase();
    return [name, elementsIn(nth(parts, 1, 0x31, 'values').content).map((value) => value.content)] as const;
  });
  return { attributes: new Map(attributes) };
};

const results = { 97: 'bind', 101: 'done', 120: 'extended' } as const;

/** One answer, from the content of its message. */
export const decodeAnswer = (content: Buffer): Answer => {
  const [first, operation] = elementsIn(content);
  if (first?.tag !== 0x02 || operation === undefined) throw broken('a message without a number');
  const id = integerOf(first);
  const elements = operation.tag === 0x73 ? [] : elementsIn(operation.content);
  if (operation.tag === 0x73) return { is: 'reference', id };
  if (operation.tag === 0x64) return { is: 'entry', id, entry: entryOf(elements) };
  const is = Object.entries(results).find(([tag]) => Number(tag) === operation.tag)?.[1];
  if (is === undefined) throw broken('an answer nobody asked for');
  const name = elements.find(({ tag }) => tag === 0x8a)?.content.toString('latin1') ?? '';
  return { is, id, result: resultOf(elements), name };
};

/** RFC 4511, appendix A. */
const codes: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  7: 'authMethodNotSupported',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  14: 'saslBindInProgress',
  16: 'noSuchAttribute',
  17: 'undefinedAttributeType',
  18: 'inappropriateMatching',
  19: 'constraintViolation',
  21: 'invalidAttributeSyntax',
  32: 'noSuchObject',
  33: 'aliasProblem',
  34: 'invalidDNSyntax',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
  54: 'loopDetect',
  80: 'other',
};
/** What Active Directory means by the number in its message; it says 49 to all of them. */
const directory: Readonly<Record<string, string>> = {
  525: 'no such user',
  '52e': 'wrong password',
  530: 'not at this hour',
  531: 'not from here',
  532: 'the password has expired',
  533: 'the account is disabled',
  701: 'the account has expired',
  773: 'the password must be changed',
  775: 'the account is locked',
};
export const named = ({ code, said }: Result): string => {
  const meant = directory[/\bdata ([0-9a-f]{3})\b/.exec(said.slice(0, 1000))?.[1] ?? ''];
  return `${codes[code] ?? 'result'} (${code})${meant === undefined ? '' : `: ${meant}`}`;
};
