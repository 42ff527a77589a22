/** What we send by AMQP 0-9-1. Channel 0 is the connection, channel 1 is ours. */

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const shortText = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};
const longText = (bytes: Buffer | string): Buffer => {
  const body = Buffer.from(bytes);
  return Buffer.concat([u32(body.length), body]);
};

type Field = string | boolean | { readonly [name: string]: Field };
const table = (fields: { readonly [name: string]: Field }): Buffer =>
  longText(Buffer.concat(Object.entries(fields).flatMap(([name, value]) => [shortText(name), field(value)])));
const field = (value: Field): Buffer => {
  if (typeof value === 'boolean') return Buffer.concat([Buffer.from('t'), Buffer.from([value ? 1 : 0])]);
  if (typeof value === 'string') return Buffer.concat([Buffer.from('S'), longText(value)]);
  return Buffer.concat([Buffer.from('F'), table(value)]);
};

const frame = (type: number, channel: number, ...parts: readonly Buffer[]): Buffer => {
  const payload = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), u16(channel), u32(payload.length), payload, Buffer.from([0xce])]);
};
const method = (channel: number, name: readonly [number, number], ...parts: readonly Buffer[]): Buffer =>
  frame(1, channel, u16(name[0]), u16(name[1]), ...parts);
const none = u16(0);

export const protocolHeader = Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]);

/** A broker that knows these says why it refuses a login, and that it takes no messages for now. */
const capabilities = { authentication_failure_close: true, 'connection.blocked': true };
export const startOk = (user: string, password: string): Buffer =>
  method(
    0,
    [10, 11],
    table({ product: 'Forvarsel', connection_name: 'forvarsel', capabilities }),
    shortText('PLAIN'),
    longText(`\0${user}\0${password}`),
    shortText('en_US'),
  );
/** One channel, and no heartbeats: a run is shorter than any. */
export const tuneOk = (frameMax: number): Buffer => method(0, [10, 31], u16(1), u32(frameMax), u16(0));
export const open = (vhost: string): Buffer => method(0, [10, 40], shortText(vhost), Buffer.from([0, 0]));
export const close = (): Buffer => method(0, [10, 50], u16(200), shortText('done'), none, none);
export const closeOk = (): Buffer => method(0, [10, 51]);
export const channelOpen = (): Buffer => method(1, [20, 10], Buffer.from([0]));
export const channelCloseOk = (): Buffer => method(1, [20, 41]);

const declare = (queue: string, bits: number): Buffer =>
  method(1, [50, 10], none, shortText(queue), Buffer.from([bits]), table({}));
/** Passive: only asks whether it is there. */
export const askForQueue = (queue: string): Buffer => declare(queue, 0b00001);
/** Exclusive, deleted with its last consumer, and named by the broker. */
export const makeOwnQueue = (): Buffer => declare('', 0b01100);
/** Without acknowledgements, and nobody else may. */
export const consume = (queue: string): Buffer =>
  method(1, [60, 20], none, shortText(queue), shortText(''), Buffer.from([0b0110]), table({}));
/** By the default exchange to a queue; mandatory, so that it comes back when there is none. */
export const publish = (queue: string, body: Buffer): Buffer =>
  Buffer.concat([
    method(1, [60, 40], none, shortText(''), shortText(queue), Buffer.from([1])),
    frame(2, 1, u16(60), none, u32(0), u32(body.length), none),
    frame(3, 1, body),
  ]);
