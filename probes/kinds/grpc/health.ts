import { ProbeFailure } from '../../wire/failure.ts';

/** The two messages of grpc.health.v1 (github.com/grpc/grpc-proto) in the wire format of protobuf. */

export const healthPath = '/grpc.health.v1.Health/Check';

const serving = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

const wrong = (got: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected a HealthCheckResponse, got ${got}`);

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(value >> 7)]);

/** `service` is field 1; an empty one is left out, as proto3 has it. */
const requestOf = (service: string): Buffer => {
  const name = Buffer.from(service, 'utf8');
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
};

/** A message as gRPC frames it: not compressed, and its length. */
export const framed = (service: string): Buffer => {
  const message = requestOf(service);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

type Read = { readonly value: bigint; readonly at: number };
const readVarint = (bytes: Buffer, from: number): Read => {
  let value = 0n;
  for (let at = from; at < from + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw wrong('one that ends in the middle of a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw wrong('a number without end');
};

/** How far a field of each wire type goes, from where its value begins; groups are of no message we know. */
const ends: Readonly<Record<number, (bytes: Buffer, at: number) => number>> = {
  0: (bytes, at) => readVarint(bytes, at).at,
  1: (_, at) => at + 8,
  2: (bytes, at) => {
    const { value, at: begins } = readVarint(bytes, at);
    return value > BigInt(bytes.length) ? bytes.length + 1 : begins + Number(value);
  },
  5: (_, at) => at + 4,
};

/** The name of the serving status; one without a name is its number. The last word on a field counts. */
export const servingOf = (message: Buffer): string => {
  let status = 0;
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag.value >> 3n === 0n) throw wrong('a field without a number');
    const end = ends[Number(tag.value & 7n)]?.(message, tag.at) ?? message.length + 1;
    if (end > message.length) throw wrong('one that ends in the middle of a field');
    if (tag.value === 0x08n) status = Number(BigInt.asIntN(32, readVarint(message, tag.at).value));
    at = end;
  }
  return serving[status] ?? String(status);
};

/** The one message of a unary answer. */
export const messageOf = (body: Buffer): Buffer => {
  if (body.length < 5) throw wrong(body.length === 0 ? 'no message' : 'the beginning of one');
  if (body[0] !== 0)
    throw wrong(body[0] === 1 ? 'a compressed one that nobody asked for' : 'bytes that are no message');
  const length = body.readUInt32BE(1);
  if (length > body.length - 5) throw wrong(`${body.length - 5} of ${length} bytes`);
  if (length < body.length - 5) throw wrong('more than one message');
  return body.subarray(5);
};
