import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP, type Socket } from 'node:net';
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { failureOf, ProbeFailure } from './failure.ts';

export type Question = {
  readonly name: string;
  readonly type: string;
  /** @default 'IN' */
  readonly class?: string;
  /** Ask the server to find out for us. @default true */
  readonly recursion?: boolean;
  /** Say how much we take over UDP (RFC 6891). @default true */
  readonly edns?: boolean;
};
export type Server = { readonly address: string; readonly port: number };
type Options = {
  readonly source: string | null;
  readonly signal: AbortSignal;
  /** Sends the same question again this often: a resolver does, a measurement does not. */
  readonly againMs?: number;
};

/** RFC 6891, at the size that passes every path (DNS flag day 2020). */
const payload = 1232;

const types = [
  ...(['A', 'AAAA', 'ANY', 'CAA', 'CNAME', 'DNSKEY', 'DS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'SSHFP'] as const),
  ...(['TLSA', 'TXT'] as const),
] as const;
const classes = ['IN', 'CH', 'HS', 'ANY'] as const;

const options = (edns: boolean) =>
  edns
    ? [
        {
          type: 'OPT' as const,
          name: '.' as const,
          udpPayloadSize: payload,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ]
    : [];

const questionOf = (id: number, question: Question): Buffer => {
  const { recursion = true, edns = true } = question;
  const name = question.name.replace(/\.$/, '') || '.';
  // dns-packet would ask for a type it does not know as type 0.
  const type = types.find((known) => known === question.type.toUpperCase());
  if (type === undefined)
    throw new ProbeFailure('could-not-run', `expected a record type of ${types.join(', ')}, got ${question.type}`);
  const of = classes.find((known) => known === (question.class ?? 'IN').toUpperCase());
  if (of === undefined)
    throw new ProbeFailure('could-not-run', `expected a class of ${classes.join(', ')}, got ${question.class}`);
  return encode({
    type: 'query',
    id,
    flags: recursion ? RECURSION_DESIRED : 0,
    // Safe: dns-packet encodes every class and type it knows; its types leave some of them out.
    questions: [{ name, type, class: of } as never],
    additionals: options(edns),
  });
};

const answerTo = (id: number, message: Buffer): DecodedPacket | null => {
  let packet: DecodedPacket;
  try {
    packet = decode(message);
  } catch (error) {
    throw new ProbeFailure('protocol-error', 'expected a DNS answer, got bytes that are none', error);
  }
  if (packet.type !== 'response') throw new ProbeFailure('protocol-error', 'expected a DNS answer, got a query');
  // Not ours: a late or a forged one. The right one may still come.
  return packet.id === id ? packet : null;
};

/** One question to one DNS server over UDP; only packets of that server count. Ends with the signal. */
export const ask = (question: Question, server: Server, options: Options): Promise<DecodedPacket> => {
  const { source, signal, againMs } = options;
  const id = randomInt(0, 65_536);
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
  let timer: NodeJS.Timeout | undefined;
  let ended = (): void => undefined;
  const answer = new Promise<DecodedPacket>((resolve, reject) => {
    ended = () => reject(signal.reason);
    signal.addEventListener('abort', ended, { once: true });
    signal.throwIfAborted();
    const packet = encodable(id, question);
    const send = () => socket.send(packet, (error) => error && reject(failureOf(error, 'processing')));
    socket.on('error', (error) => reject(failureOf(error, 'processing')));
    socket.on('message', (message: Buffer) => {
      try {
        const packet = answerTo(id, message);
        if (packet !== null) resolve(packet);
      } catch (error) {
        reject(error);
      }
    });
    socket.once('connect', () => {
      send();
      if (againMs !== undefined) timer = setInterval(send, againMs);
    });
    const connect = () => socket.connect(server.port, server.address);
    if (source === null) connect();
    else socket.bind({ address: source, exclusive: true }, connect);
  });
  return answer.finally(() => {
    signal.removeEventListener('abort', ended);
    clearInterval(timer);
    socket.close();
  });
};

const encodable = (id: number, question: Question): Buffer => {
  try {
    return questionOf(id, question);
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    throw new ProbeFailure('could-not-run', `expected a DNS name, got ${question.name}`, error);
  }
};

/** A message over TCP stands behind its length, two bytes (RFC 1035 §4.2.2). */
const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

/** One question over a connection that stands, and its answer; anything else that is said there is an error. */
export const askOver = (question: Question, socket: Socket, signal: AbortSignal): Promise<DecodedPacket> => {
  const id = randomInt(0, 65_536);
  const chunks: Buffer[] = [];
  let size = 0;
  let ended = (): void => undefined;
  const answer = new Promise<DecodedPacket>((resolve, reject) => {
    ended = () => reject(signal.reason);
    signal.addEventListener('abort', ended, { once: true });
    signal.throwIfAborted();
    const heard = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      const [first = chunk] = chunks;
      const head = first.length >= 2 ? first : Buffer.concat(chunks);
      if (size < 2 || size < 2 + head.readUInt16BE(0)) return;
      try {
        const packet = answerTo(id, Buffer.concat(chunks).subarray(2, 2 + head.readUInt16BE(0)));
        if (packet === null)
          throw new ProbeFailure('mismatched-answer', 'expected the answer to this question, got that to another');
        resolve(packet);
      } catch (error) {
        reject(error);
      }
    };
    socket.on('data', heard);
    socket.on('error', (error) => reject(failureOf(error, 'processing')));
    for (const event of ['end', 'close'] as const)
      socket.on(event, () =>
        reject(new ProbeFailure('closed-early', 'expected a DNS answer, got a closed connection')),
      );
    socket.write(framed(encodable(id, question)));
  });
  answer.catch(() => undefined);
  return answer.finally(() => signal.removeEventListener('abort', ended));
};
