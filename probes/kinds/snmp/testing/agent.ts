import { type Stand, udpStand } from '../../../testing/servers.ts';

/** An agent of SNMPv3 that knows no key: it says who it is, and answers whatever is asked in the clear. */

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const int = (value: number): Buffer => tlv(2, Buffer.from([value >> 24, value >> 16, value >> 8, value]));
const oid = (...rest: readonly number[]): Buffer => tlv(6, Buffer.from([0x2b, 6, 1, ...rest]));
const engine = tlv(4, Buffer.from('80001f88800123456789', 'hex'));
const empty = tlv(4);

type Part = { readonly tag: number; readonly body: Buffer; readonly next: number };
const partAt = (bytes: Buffer, at: number): Part => {
  const first = bytes[at + 1] ?? 0;
  const wide = first & 0x80 ? first & 0x7f : 0;
  const length = wide === 0 ? first : bytes.readUIntBE(at + 2, wide);
  const from = at + 2 + wide;
  return { tag: bytes[at] ?? 0, body: bytes.subarray(from, from + length), next: from + length };
};
const idOf = (message: Buffer): Buffer => {
  const { body } = partAt(message, 0);
  const { body: head } = partAt(body, partAt(body, 0).next);
  return tlv(2, partAt(head, 0).body);
};

/** `flags` are those of the answer: 0 in the clear, 1 with a digest, 3 encrypted. */
const message = (id: Buffer, flags: number, pdu: Buffer): Buffer => {
  const head = tlv(0x30, id, int(65_507), tlv(4, Buffer.from([flags])), int(3));
  const security = tlv(4, tlv(0x30, engine, int(1), int(1), tlv(4, Buffer.from('watcher')), empty, empty));
  return tlv(0x30, int(3), head, security, tlv(0x30, engine, empty, pdu));
};
const pdu = (tag: number, varbind: Buffer): Buffer => tlv(tag, int(1), int(0), int(0), tlv(0x30, tlv(0x30, varbind)));
const unknownEngine = pdu(0xa8, Buffer.concat([oid(6, 3, 15, 1, 1, 4, 0), tlv(0x41, Buffer.from([1]))]));
/** `sysUpTime.0` is 4711. */
const uptime = pdu(0xa2, Buffer.concat([oid(2, 1, 1, 3, 0), tlv(0x43, Buffer.from([0x12, 0x67]))]));

/** The first answer of an exchange is a report of its engine, the second a value with these flags. */
export const plainAgent = (
  flags = 0,
  { turned = (bytes) => bytes }: { readonly turned?: (bytes: Buffer) => Buffer | null } = {},
): Promise<Stand> => {
  let asked = 0;
  return udpStand((bytes, send) => {
    asked += 1;
    const [told, of] = asked % 2 === 1 ? [unknownEngine, 0] : [uptime, flags];
    const answer = turned(message(idOf(bytes), of, told));
    if (answer !== null) send(answer);
  });
};

/** Two bytes of an OID's number, high first. */
const wide = (value: number): readonly number[] => [0x80 | ((value >> 7) & 0x7f), value & 0x7f];
/** An agent of v2c whose table never ends. */
export const endlessAgent = (): Promise<Stand> => {
  let row = 0;
  return udpStand((bytes, send) => {
    const { body } = partAt(bytes, 0);
    const community = partAt(body, partAt(body, 0).next);
    const asked = partAt(body, community.next);
    const rows = Array.from({ length: 200 }, () => {
      row += 1;
      return tlv(0x30, oid(2, 1, 2, 2, 1, 1, ...wide(row)), int(row));
    });
    const answer = tlv(0xa2, tlv(2, partAt(asked.body, 0).body), int(0), int(0), tlv(0x30, ...rows));
    send(tlv(0x30, int(1), tlv(4, community.body), answer));
  });
};
