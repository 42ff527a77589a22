import { failureOf, ProbeFailure } from '../../wire/failure.ts';

/** What net-snmp calls an error, by our reasons. Its texts are its own and hold no secret, but for digests. */

const field = (error: Error, name: string): unknown => Object.getOwnPropertyDescriptor(error, name)?.value;
/** net-snmp has no text, but a number, for a status of the agent that it does not know. */
const textOf = ({ message }: Error): string =>
  typeof message === 'string' ? message.slice(0, 100) : 'an error without a name';
const refused = (text: string, cause: Error): ProbeFailure =>
  new ProbeFailure('login-refused', `expected to be let in, got ${text}`, cause);
const unreadable = (cause: Error): ProbeFailure =>
  new ProbeFailure('protocol-error', 'expected an SNMP answer, got bytes that are none', cause);

/** Of RFC 3416 §3: the two that are about who asks. */
const noAccess = 6;
const authorizationError = 16;
/** Counters of RFC 3414 §5 by which an agent says that it does not know us so; the others are about its own time and name. */
const ofUser = /^(?:Unsupported Security Level|Unknown User Name|Wrong Digest|Decryption Error)/;
const authenticationFailure = 5;

const byName: Readonly<Record<string, (error: Error) => ProbeFailure>> = {
  RequestFailedError: (error) =>
    [noAccess, authorizationError].includes(Number(field(error, 'status')))
      ? refused(textOf(error), error)
      : new ProbeFailure('query-failed', `expected values, got ${textOf(error)}`, error),
  ResponseInvalidError: (error) => {
    if (field(error, 'code') !== authenticationFailure) return unreadable(error);
    if (ofUser.test(textOf(error))) return refused(textOf(error), error);
    return textOf(error).startsWith('Authentication digest')
      ? new ProbeFailure('mismatched-answer', 'expected an answer signed with our key, got one that is not', error)
      : new ProbeFailure('protocol-error', `expected values, got ${textOf(error)}`, error);
  },
  ProcessingError: unreadable,
  // A question repeats what the agent has told of its boots and its time; below zero they cannot be written.
  RangeError: unreadable,
};

/** Whatever it does not name itself is ours: a cipher this machine has not, a declaration that cannot be sent. */
export const meant = (error: Error): ProbeFailure => {
  if (error instanceof ProbeFailure) return error;
  const known = byName[error.name];
  if (known !== undefined) return known(error);
  if (typeof field(error, 'syscall') === 'string') return failureOf(error, 'processing');
  return new ProbeFailure('could-not-run', `cannot ask from here: ${textOf(error)}`, error);
};

/** An error while a message of the agent is read. */
export const meantOfMessage = (error: Error): ProbeFailure =>
  Object.hasOwn(byName, error.name) ? meant(error) : unreadable(error);
