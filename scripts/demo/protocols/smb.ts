import { gather, type Handler, longestLine } from './lines.ts';

/** SMB2 (MS-SMB2 §2.2.3, §2.2.4): NEGOTIATE is answered with dialect 2.1; nothing more is served. */
const negotiated = (): Buffer => {
  const header = Buffer.alloc(64);
  header.write('\xfeSMB', 0, 'latin1');
  header.writeUInt16LE(64, 4);
  header.writeUInt16LE(1, 14);
  header.writeUInt32LE(1, 16);
  const body = Buffer.alloc(65);
  body.writeUInt16LE(65, 0);
  body.writeUInt16LE(1, 2);
  body.writeUInt16LE(0x0210, 4);
  for (const at of [28, 32, 36]) body.writeUInt32LE(65_536, at);
  // 100 ns since 1601, as Windows counts.
  body.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n, 40);
  body.writeUInt16LE(128, 56);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(header.length + body.length);
  return Buffer.concat([frame, header, body]);
};

export const smb: Handler = (socket) =>
  gather(socket, (buffer) => {
    if (buffer.length < 8) return 0;
    const length = 4 + buffer.readUInt32BE(0);
    const magic = buffer.subarray(4, 8).toString('latin1');
    if (length > longestLine || (magic !== '\xfeSMB' && magic !== '\xffSMB')) {
      socket.destroy();
      return 0;
    }
    if (buffer.length < length) return 0;
    socket.write(negotiated());
    return length;
  });

/** The smallest NEGOTIATE a client sends: one dialect, 2.1. */
export const negotiate = (): Buffer => {
  const packet = Buffer.alloc(4 + 64 + 36 + 2);
  packet.writeUInt32BE(packet.length - 4, 0);
  packet.write('\xfeSMB', 4, 'latin1');
  packet.writeUInt16LE(64, 8);
  packet.writeUInt16LE(36, 68);
  packet.writeUInt16LE(1, 70);
  packet.writeUInt16LE(1, 72);
  packet.writeUInt16LE(0x0210, 104);
  return packet;
};
