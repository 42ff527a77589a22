import { connect, createServer, type Server } from 'node:net';

/** What is done when we say goodbye. */
export type Then = 'let through' | 'hang up' | 'nothing';

/** Stands before a TLS 1.3 server that asks who we are, and holds back what it says of our part of the handshake. */
export const holdingBack = (port: number, then: Then): Server =>
  createServer({ allowHalfOpen: true }, (socket) => {
    const server = connect(port, '127.0.0.1');
    let ours = 0;
    socket.on('data', (chunk) => {
      ours += 1;
      if (ours === 2) server.pause();
      server.write(chunk);
    });
    server.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
    for (const one of [socket, server]) one.on('error', () => undefined);
    socket.on('end', () => {
      if (then === 'let through') server.end().resume();
      // Silence too has an end, or nobody could tell when the connection is over.
      else setTimeout(() => socket.end(), then === 'hang up' ? 0 : 900);
    });
    socket.on('close', () => server.destroy());
  });
