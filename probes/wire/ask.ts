import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from 'dns-packet';
import { failureOf, ProbeFailure } from './failure.ts';

export type Question = { readonly name: string; readonly type: string };
export type Server = { readonly address: string; readonly port: number };
type Options = {
  readonly source: string | null;
  readonly signal: AbortSignal;
  /** Sends the same question again this often: a resolver does, a measurement does not. */
  readonly againMs?: number;
};

/** RFC 6891, at the size that passes every path (DNS flag day 2020). */
const payload = 1232;

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'DS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'TLSA', 'TXT'] as const;

const questionOf = (id: number, question: Question): Buffer => {
  const name = question.name.replace(/\.$/, '');
  // dns-packet would ask for a type it does not know as type 0.
  const type = types.find((known) => known === question.type.toUpperCase());
  if (type === undefined)
    throw new ProbeFailure('could-not-run', `expected a record type of ${types.join(', ')}, got ${question.type}`);
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: payload,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
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
