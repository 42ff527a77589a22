import { gather, type Handler, longestLine } from './lines.ts';

/** STUN over TCP (RFC 8489 §5, §14.2): a Binding request is answered with the address it came from. */
const cookie = 0x2112a442;

export const stun: Handler = (socket) =>
  gather(socket, (buffer) => {
    if (buffer.length < 20) return 0;
    const length = 20 + buffer.readUInt16BE(2);
    if (buffer.readUInt32BE(4) !== cookie || length > longestLine) {
      socket.destroy();
      return 0;
    }
    if (buffer.length < length) return 0;
    const answer = Buffer.alloc(32);
    answer.writeUInt16BE(0x0101, 0);
    answer.writeUInt16BE(12, 2);
    buffer.copy(answer, 4, 4, 20);
    answer.writeUInt16BE(0x0020, 20);
    answer.writeUInt16BE(8, 22);
    answer.writeUInt16BE(1, 24);
    answer.writeUInt16BE((socket.remotePort ?? 0) ^ (cookie >>> 16), 26);
    const address = (socket.remoteAddress ?? '0.0.0.0').split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    answer.writeUInt32BE((address ^ cookie) >>> 0, 28);
    socket.write(answer);
    return length;
  });
