import type { Reason } from '../../observation.ts';

/** Reply codes of AMQP 0-9-1 §1.2 and what they mean to a client that has asked for nothing odd. */
const codes: Readonly<Record<number, readonly [name: string, reason?: Reason]>> = {
  311: ['CONTENT_TOO_LARGE'],
  312: ['NO_ROUTE'],
  313: ['NO_CONSUMERS'],
  320: ['CONNECTION_FORCED', 'not-serving'],
  402: ['INVALID_PATH'],
  403: ['ACCESS_REFUSED'],
  404: ['NOT_FOUND'],
  405: ['RESOURCE_LOCKED'],
  406: ['PRECONDITION_FAILED'],
  501: ['FRAME_ERROR', 'protocol-error'],
  502: ['SYNTAX_ERROR', 'protocol-error'],
  503: ['COMMAND_INVALID', 'protocol-error'],
  504: ['CHANNEL_ERROR', 'protocol-error'],
  505: ['UNEXPECTED_FRAME', 'protocol-error'],
  506: ['RESOURCE_ERROR'],
  530: ['NOT_ALLOWED'],
  540: ['NOT_IMPLEMENTED'],
  541: ['INTERNAL_ERROR', 'not-serving'],
};

export const codeName = (code: number): string => codes[code]?.[0] ?? 'a code without a name';
/** Before we are let in, a refused access is a refused login. */
export const reasonOf = (code: number, loggingIn: boolean): Reason =>
  code === 403 && loggingIn ? 'login-refused' : (codes[code]?.[1] ?? 'rejected');
