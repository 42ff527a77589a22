import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { type Answer, decode, encode, type Packet } from 'dns-packet';

/** A name server of the stage: what it answers is told by the first label of the name that is asked for. */

const a = (name: string, data: string): Answer => ({ type: 'A', name, ttl: 3600, data });
const ns = (name: string, data: string): Answer => ({ type: 'NS', name, ttl: 7200, data });
const soa = (name: string): Answer => ({
  type: 'SOA',
  name,
  ttl: 3600,
  data: {
    mname: `ns.${name}`,
    rname: `admin.${name}`,
    serial: 1000,
    refresh: 7200,
    retry: 10,
    expire: 86_400,
    minimum: 60,
  },
});

type Told = {
  readonly rcode?: number;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
};
const servfail = 2;
const nxdomain = 3;
const refused = 5;

const tales: Readonly<Record<string, (name: string, type: string) => Told>> = {
  recursive: (name) => ({ answers: [a(name, '127.0.0.1'), a(name, '127.0.0.2')] }),
  authoritative: (name) => ({
    answers: [a(name, '127.0.0.1')],
    authorities: [ns(name, `ns1.${name}`), ns(name, `ns2.${name}`)],
    additionals: [a(`ns1.${name}`, '127.0.0.3'), a(`ns2.${name}`, '127.0.0.4')],
  }),
  servfail: () => ({ rcode: servfail }),
  nxdomain: (name) => ({ rcode: nxdomain, authorities: [soa(name)] }),
  refused: () => ({ rcode: refused }),
  empty: () => ({}),
  zone: (name, type) => ({ answers: type === 'SOA' ? [soa(name)] : [ns(name, `ns1.${name}`)] }),
  alias: (name) => ({
    answers: [{ type: 'CNAME', name, ttl: 60, data: `real.${name}` }, a(`real.${name}`, '127.0.0.9')],
  }),
  mail: (name) => ({ answers: [{ type: 'MX', name, ttl: 300, data: { preference: 10, exchange: `mx.${name}` } }] }),
  text: (name) => ({ answers: [{ type: 'TXT', name, ttl: 300, data: ['v=spf1 -all', 'with "quotes"'] }] }),
  service: (name) => ({
    answers: [{ type: 'SRV', name, ttl: 300, data: { priority: 1, weight: 2, port: 443, target: `a.${name}` } }],
  }),
  six: (name) => ({ answers: [{ type: 'AAAA', name, ttl: 300, data: '2001:db8::1' }] }),
  pointer: (name) => ({ answers: [{ type: 'PTR', name, ttl: 300, data: `host.${name}` }] }),
};

/** What is sent for a question, one answer after another. */
const answered = (bytes: Buffer, from = '127.0.0.1'): readonly Buffer[] => {
  const [label = ''] = decode(bytes).questions?.[0]?.name.split('.') ?? [];
  const reply = replyTo(bytes, from);
  if (reply === null) return [];
  const other = Buffer.from(reply);
  other.writeUInt16BE(reply.readUInt16BE(0) ^ 0x5555);
  if (label === 'junk') return [Buffer.concat([reply.subarray(0, 12), Buffer.alloc(20, 0xff)])];
  if (label === 'other') return [other];
  return label === 'twice' ? [other, reply] : [reply];
};

/** Some answer only a question that is put in a certain way. */
const wishes: Readonly<Record<string, (query: Packet) => boolean>> = {
  bare: ({ additionals = [] }) => additionals.length === 0,
  wished: ({ flags = 0 }) => (flags & 0x0100) !== 0,
  unwished: ({ flags = 0 }) => (flags & 0x0100) === 0,
  chaos: ({ questions = [] }) => questions[0]?.class === 'CH',
  // Types: it knows only those of records.
  every: ({ questions = [] }) => String(questions[0]?.type) === 'ANY',
};
const likeRecursive = new Set(['from', 'truncated', 'twice', 'other', 'junk']);
const taleOf = (label: string, query: Packet) => {
  const wish = wishes[label];
  if (wish !== undefined) return wish(query) ? tales['recursive'] : tales['refused'];
  return likeRecursive.has(label) ? tales['recursive'] : tales[label.toLowerCase()];
};

const replyTo = (bytes: Buffer, from: string): Buffer | null => {
  const query = decode(bytes);
  const [question] = query.questions ?? [];
  if (question === undefined) return null;
  const [label = ''] = question.name.split('.');
  if (label === 'silent') return null;
  const told = taleOf(label, query)?.(question.name, question.type) ?? { rcode: refused };
  const packet: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags:
      ((query.flags ?? 0) & 0x0100) |
      (label === 'authoritative' ? 0x0400 : 0) |
      (label === 'truncated' ? 0x0200 : 0) |
      (told.rcode ?? 0),
    questions: [question],
    answers: label === 'from' ? [a(question.name, from)] : [...(told.answers ?? [])],
    authorities: [...(told.authorities ?? [])],
    additionals: [...(told.additionals ?? [])],
  };
  return encode(packet);
};

const framed = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const serve = (socket: Socket): void => {
  let held = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    if (held.length < 2 || held.length < 2 + held.readUInt16BE(0)) return;
    const replies = answered(held.subarray(2, 2 + held.readUInt16BE(0)));
    held = Buffer.alloc(0);
    for (const reply of replies) socket.write(framed(reply));
  });
};
const listening = async (server: Server, port: number): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
};

/** The same zone by UDP and TCP on one port, and by TLS on another. */
export const dnsServer = async (credentials: { readonly key: string; readonly cert: string }) => {
  const sockets = new Set<Socket>();
  const note = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const tcp = createServer(serve);
  const tls = createTls(credentials, serve);
  tls.on('tlsClientError', () => undefined);
  for (const server of [tcp, tls]) server.on('connection', note);
  const port = await listening(tcp, 0);
  const tlsPort = await listening(tls, 0);
  const udp = createSocket('udp4');
  udp.on('message', (bytes, peer) => {
    for (const reply of answered(bytes, peer.address)) udp.send(reply, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${port}`,
    tlsTarget: `127.0.0.1:${tlsPort}`,
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      for (const server of [tcp, tls]) await new Promise<void>((resolve) => void server.close(() => resolve()));
      await new Promise<void>((resolve) => udp.close(resolve));
    },
  };
};
