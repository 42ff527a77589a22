import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP, type Socket } from 'node:net';
import { recordClasses, recordTypes } from '../../infra/landscape/kinds/record-types.ts';
import { type DnsMessage, readMessage, writeQuestion } from './dns/message.ts';
import { readName, writeName } from './dns/names.ts';
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
  /** Ask whether the server has verified its answer (DNSSEC). @default false */
  readonly authentic?: boolean;
};
export type Server = { readonly address: string; readonly port: number };
type Options = {
  readonly source: string | null;
  readonly signal: AbortSignal;
  /** Sends the same question again this often: a resolver does, a measurement does not. */
  readonly againMs?: number;
};

const numberOf = (what: string, numbers: Readonly<Record<string, number>>, name: string): number => {
  const upper = name.toUpperCase();
  const number = Object.hasOwn(numbers, upper) ? numbers[upper] : undefined;
  if (number !== undefined) return number;
  throw new ProbeFailure('could-not-run', `expected a ${what} such as ${Object.keys(numbers)[0]}, got ${name}`);
};

/** A question on the wire, and what is the answer to it: null is a late or a forged one; the right one may still come. */
const asking = (question: Question) => {
  const { recursion = true, edns = true, authentic = false } = question;
  const id = randomInt(0, 65_536);
  const type = numberOf('record type', recordTypes, question.type);
  const of = numberOf('class', recordClasses, question.class ?? 'IN');
  const wire = writeQuestion(id, { name: question.name, type, class: of, recursion, edns, authentic });
  const name = readName(writeName(question.name), 0).name.toLowerCase();
  const answerIn = (bytes: Buffer): DnsMessage | null => {
    const message = readMessage(bytes);
    if (!message.response) throw new ProbeFailure('protocol-error', 'expected a DNS answer, got a query');
    const [asked] = message.questions;
    // A server that could make nothing of a question need not repeat it.
    const ours =
      asked === undefined || (asked.name.toLowerCase() === name && asked.type === type && asked.class === of);
    return message.id === id && ours ? message : null;
  };
  return { wire, answerIn };
};

/** One question to one DNS server over UDP; only packets of that server count. Ends with the signal. */
export const ask = async (question: Question, server: Server, options: Options): Promise<DnsMessage> => {
  const { source, signal, againMs } = options;
  const { wire, answerIn } = asking(question);
  const socket = createSocket(isIP(server.address) === 6 ? 'udp6' : 'udp4');
  let timer: NodeJS.Timeout | undefined;
  let ended = (): void => undefined;
  try {
    return await new Promise<DnsMessage>((resolve, reject) => {
      ended = () => reject(signal.reason);
      signal.addEventListener('abort', ended, { once: true });
      signal.throwIfAborted();
      const send = () => socket.send(wire, (error) => error && reject(failureOf(error, 'processing')));
      socket.on('error', (error) => reject(failureOf(error, 'processing')));
      socket.on('message', (bytes: Buffer) => {
        try {
          const message = answerIn(bytes);
          if (message !== null) resolve(message);
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
  } finally {
    signal.removeEventListener('abort', ended);
    clearInterval(timer);
    socket.close();
  }
};

/** A message over TCP stands behind its length, two bytes (RFC 1035 §4.2.2). */
const lengthBytes = 2;
const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

/** The first whole message of what comes in; null until then. Each byte is looked at once. */
const unframing = () => {
  const chunks: Buffer[] = [];
  let size = 0;
  let length: number | null = null;
  return (chunk: Buffer): Buffer | null => {
    chunks.push(chunk);
    size += chunk.length;
    if (length === null && size >= lengthBytes) length = Buffer.concat(chunks).readUInt16BE(0);
    if (length === null || size < lengthBytes + length) return null;
    return Buffer.concat(chunks).subarray(lengthBytes, lengthBytes + length);
  };
};

/** One question over a connection that stands, and its answer; anything else that is said there is an error. */
export const askOver = async (question: Question, socket: Socket, signal: AbortSignal): Promise<DnsMessage> => {
  const { wire, answerIn } = asking(question);
  const messageIn = unframing();
  let ended = (): void => undefined;
  try {
    return await new Promise<DnsMessage>((resolve, reject) => {
      ended = () => reject(signal.reason);
      signal.addEventListener('abort', ended, { once: true });
      signal.throwIfAborted();
      socket.on('data', (chunk: Buffer) => {
        try {
          const bytes = messageIn(chunk);
          const message = bytes === null ? null : answerIn(bytes);
          if (message !== null) resolve(message);
          else if (bytes !== null)
            throw new ProbeFailure('mismatched-answer', 'expected the answer to this question, got that to another');
        } catch (error) {
          reject(error);
        }
      });
      socket.on('error', (error) => reject(failureOf(error, 'processing')));
      for (const event of ['end', 'close'] as const)
        socket.on(event, () =>
          reject(new ProbeFailure('closed-early', 'expected a DNS answer, got a closed connection')),
        );
      socket.write(framed(wire));
    });
  } finally {
    signal.removeEventListener('abort', ended);
  }
};
