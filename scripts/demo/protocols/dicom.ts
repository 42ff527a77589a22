import type { Handler } from './lines.ts';
import { gather, longestLine } from './lines.ts';

/** DICOM upper layer (PS3.8 §9.3): accepts the presentation contexts it is offered, answers C-ECHO, releases. */
const verification = '1.2.840.10008.1.1';
const implicitLittleEndian = '1.2.840.10008.1.2';

const item = (type: number, body: Buffer): Buffer => {
  const head = Buffer.from([type, 0, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
};
const pdu = (type: number, body: Buffer): Buffer => {
  const head = Buffer.from([type, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
};

/** The ids of the presentation contexts in an A-ASSOCIATE-RQ: items of type 0x20 behind the 74 fixed bytes. */
const offered = (request: Buffer): readonly number[] => {
  const ids: number[] = [];
  for (let at = 74; at + 4 <= request.length; at += 4 + request.readUInt16BE(at + 2))
    if (request[at] === 0x20) ids.push(request[at + 4] ?? 1);
  return ids.length === 0 ? [1] : ids;
};

const accept = (request: Buffer): Buffer => {
  const contexts = offered(request).map((id) =>
    item(0x21, Buffer.concat([Buffer.from([id, 0, 0, 0]), item(0x40, Buffer.from(implicitLittleEndian))])),
  );
  const user = item(0x50, item(0x51, Buffer.from([0, 0, 0x40, 0])));
  const application = item(0x10, Buffer.from('1.2.840.10008.3.1.1.1'));
  return pdu(0x02, Buffer.concat([request.subarray(6, 74), application, ...contexts, user]));
};

/** One element of group 0000, implicit VR little endian. */
const element = (tag: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
};
const short = (value: number) => Buffer.from([value & 255, value >> 8]);

/** The numbers of a command set by their tag in group 0000. */
const numbersOf = (command: Buffer): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  for (let at = 0; at + 8 <= command.length; at += 8 + command.readUInt32LE(at + 4))
    if (command.readUInt32LE(at + 4) === 2 && at + 10 <= command.length)
      found.set(command.readUInt16LE(at + 2), command.readUInt16LE(at + 8));
  return found;
};

const cEcho = 0x0030;
const echoed = (data: Buffer): Buffer | null => {
  if (data.length < 12) return null;
  const context = data[10] ?? 1;
  const numbers = numbersOf(data.subarray(12));
  if (numbers.get(0x0100) !== cEcho) return null;
  const body = Buffer.concat([
    element(0x0002, Buffer.from(`${verification}\0`)),
    element(0x0100, short(0x8030)),
    element(0x0120, short(numbers.get(0x0110) ?? 1)),
    element(0x0800, short(0x0101)),
    element(0x0900, short(0)),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  const command = Buffer.concat([Buffer.from([context, 3]), element(0x0000, length), body]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(command.length);
  return pdu(0x04, Buffer.concat([size, command]));
};

export const dicom: Handler = (socket) =>
  gather(socket, (buffer) => {
    if (buffer.length < 6) return 0;
    const length = 6 + buffer.readUInt32BE(2);
    if (length > longestLine || (buffer[0] === 0x01 && length < 74)) {
      socket.destroy();
      return 0;
    }
    if (buffer.length < length) return 0;
    const packet = buffer.subarray(0, length);
    if (packet[0] === 0x01) socket.write(accept(packet));
    else if (packet[0] === 0x04) {
      const answer = echoed(packet);
      // A-ABORT for a command that is not served: reason "unexpected PDU".
      if (answer === null) socket.end(pdu(0x07, Buffer.from([0, 0, 2, 2])));
      else socket.write(answer);
    } else if (packet[0] === 0x05) socket.end(pdu(0x06, Buffer.alloc(4)));
    return length;
  });
