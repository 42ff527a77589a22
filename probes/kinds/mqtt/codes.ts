import type { Reason } from '../../observation.ts';

export type Code = { readonly name: string; readonly reason: Reason };
const code = (name: string, reason: Reason = 'rejected'): Code => ({ name, reason });

/** CONNACK of MQTT 3.1.1 §3.2.2.3. */
const old: Readonly<Record<number, Code>> = {
  1: code('unacceptable protocol version', 'unexpected-version'),
  2: code('identifier rejected'),
  3: code('server unavailable', 'not-serving'),
  4: code('bad user name or password', 'login-refused'),
  5: code('not authorized', 'login-refused'),
};

/** MQTT 5 §2.4, of what a server may say to a client like us. */
const all: Readonly<Record<number, Code>> = {
  128: code('unspecified error'),
  129: code('malformed packet', 'protocol-error'),
  130: code('protocol error', 'protocol-error'),
  131: code('implementation specific error'),
  132: code('unsupported protocol version', 'unexpected-version'),
  133: code('client identifier not valid'),
  134: code('bad user name or password', 'login-refused'),
  135: code('not authorized'),
  136: code('server unavailable', 'not-serving'),
  137: code('server busy', 'not-serving'),
  138: code('banned', 'login-refused'),
  139: code('server shutting down', 'not-serving'),
  140: code('bad authentication method', 'login-refused'),
  141: code('keep alive timeout'),
  142: code('session taken over'),
  143: code('topic filter invalid'),
  144: code('topic name invalid'),
  147: code('receive maximum exceeded'),
  149: code('packet too large'),
  150: code('message rate too high'),
  151: code('quota exceeded'),
  152: code('administrative action'),
  153: code('payload format invalid'),
  154: code('retain not supported'),
  155: code('QoS not supported'),
  156: code('use another server'),
  157: code('server moved'),
  158: code('shared subscriptions not supported'),
  159: code('connection rate exceeded'),
};

const unnamed = code('a code without a name');
export const codeOf = (value: number): Code => all[value] ?? unnamed;
/** Of a CONNACK; what is not authorised to connect at all has its login refused. */
export const connectCodeOf = (value: number): Code => {
  if (value < 0x80) return old[value] ?? unnamed;
  return value === 0x87 ? code('not authorized', 'login-refused') : codeOf(value);
};
