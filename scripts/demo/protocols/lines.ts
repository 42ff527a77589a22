import type { Socket } from 'node:net';

/** Small servers of older protocols: each is a connection handler and answers with the protocol's real bytes. */
export type Handler = (socket: Socket) => void;

export const longestLine = 64 * 1024;
/** Hands over what has come so far until `take` uses none of it; a peer that sends too much is hung up on. */
export const gather = (socket: Socket, take: (buffer: Buffer) => number): void => {
  let buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let used = take(buffer); used > 0 && buffer.length > 0; used = take(buffer)) buffer = buffer.subarray(used);
    if (buffer.length > longestLine) socket.destroy();
  });
};

/** RFC 5321: banner, EHLO, NOOP, QUIT. */
export const smtp =
  (name: string): Handler =>
  (socket) => {
    socket.write(`220 ${name} ESMTP\r\n`);
    gather(socket, (buffer) => {
      const end = buffer.indexOf('\r\n');
      if (end < 0) return 0;
      const verb = buffer.subarray(0, end).toString('latin1').slice(0, 4).toUpperCase();
      if (verb === 'EHLO') socket.write(`250-${name}\r\n250 SIZE 10485760\r\n`);
      else if (verb === 'HELO' || verb === 'NOOP') socket.write('250 ok\r\n');
      else if (verb === 'QUIT') socket.end('221 bye\r\n');
      else socket.write('502 command not implemented\r\n');
      return end + 2;
    });
  };

/** LDAP: an anonymous simple bind (RFC 4511 §4.2) is answered with success and its own message id. */
export const ldap: Handler = (socket) =>
  gather(socket, (buffer) => {
    if (buffer.length < 2) return 0;
    const length = 2 + (buffer[1] ?? 0);
    if (buffer[0] !== 0x30 || (buffer[1] ?? 0) > 127) {
      socket.destroy();
      return 0;
    }
    if (buffer.length < length) return 0;
    const id = buffer[4] ?? 1;
    const operation = buffer[5];
    if (operation === 0x60)
      socket.write(Buffer.from([0x30, 0x0c, 0x02, 0x01, id, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00]));
    if (operation === 0x42) socket.end();
    return length;
  });

/** HL7 v2 over MLLP: a framed message is acknowledged with its own control id; `refuse` gives AE and says why. */
export const mllp =
  (refuse: (message: string) => string | null | Promise<string | null>): Handler =>
  (socket) => {
    // One at a time: MLLP acknowledges in the order of arrival.
    let before: Promise<void> = Promise.resolve();
    const acknowledge = async (message: string): Promise<void> => {
      const control = message.split('\r')[0]?.split('|')[9] ?? '';
      const reason = await refuse(message);
      const stamp = new Date().toISOString().replaceAll(/[-:T]|\..*$/g, '');
      const ack = `MSH|^~\\&|ENGINE|REGION|FORVARSEL|OPS|${stamp}||ACK|${control}|P|2.4\rMSA|${reason === null ? 'AA' : 'AE'}|${control}|${reason ?? ''}\r`;
      if (socket.writable) socket.write(`\x0b${ack}\x1c\r`);
    };
    gather(socket, (buffer) => {
      const end = buffer.indexOf(Buffer.from([0x1c, 0x0d]));
      if (end < 0) return 0;
      const message = buffer.subarray(buffer.indexOf(0x0b) + 1, end).toString('latin1');
      before = before.then(() => acknowledge(message)).catch(() => void socket.destroy());
      return end + 2;
    });
  };

/** AMQP 0-9-1: the protocol header is answered with Connection.Start, any other header with the one that is spoken. */
export const amqp: Handler = (socket) =>
  gather(socket, (buffer) => {
    if (buffer.length < 8) return 0;
    if (buffer.subarray(0, 8).equals(Buffer.from('AMQP\x00\x00\x09\x01', 'latin1'))) {
      const long = (value: string) => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]);
      const payload = Buffer.concat([Buffer.from([0, 10, 0, 10, 0, 9, 0, 0, 0, 0]), long('PLAIN'), long('en_US')]);
      const head = Buffer.from([1, 0, 0, 0, 0, 0, 0]);
      head.writeUInt32BE(payload.length, 3);
      socket.write(Buffer.concat([head, payload, Buffer.from([0xce])]));
    } else socket.end(Buffer.from('AMQP\x00\x00\x09\x01', 'latin1'));
    return buffer.length;
  });
