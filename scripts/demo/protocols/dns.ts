import type { Socket } from 'node:dgram';
import { decode, encode } from 'dns-packet';

/** Answers A questions from `addressOf`; a name it does not know is NXDOMAIN. Other record types of a known name are an empty answer. */
export const dns = (addressOf: (name: string) => string | null) => (socket: Socket) => {
  socket.on('message', (packet, peer) => {
    try {
      const query = decode(packet);
      const question = query.questions?.[0];
      if (question === undefined) return;
      const address = addressOf(question.name.toLowerCase());
      const answers =
        address !== null && question.type === 'A'
          ? [{ type: 'A' as const, name: question.name, ttl: 5, data: address }]
          : [];
      // 0x8000 answer, 0x0400 authoritative, 0x0180 recursion desired and available; 3 is NXDOMAIN.
      const flags = 0x0580 | (address === null ? 3 : 0);
      socket.send(
        encode({ type: 'response', id: query.id ?? 0, flags, questions: [question], answers }),
        peer.port,
        peer.address,
      );
    } catch {
      // Garbage on a UDP port gets no answer, as from a real server.
      socket.send(Buffer.alloc(0), peer.port, peer.address);
    }
  });
};
