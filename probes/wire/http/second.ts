import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { ProbeFailure } from '../failure.ts';
import { type Fields, type Head, ReadHead } from './head.ts';
import { createPile } from './pile.ts';
import { glance, headerLimit } from './reader.ts';
import type { At, HttpRequest } from './request.ts';
import { linesOf } from './sent.ts';

/** HTTP/2, loaded only when it is spoken. */

/** What belongs to a connection has no place in HTTP/2 (RFC 9113 §8.2.2). */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te']);

const headersOf = ({ url, method, headers }: HttpRequest): OutgoingHttpHeaders => {
  const sent: Record<string, string | string[]> = {
    ':method': method,
    ':scheme': url.protocol.slice(0, -1),
    ':authority': url.host,
    ':path': `${url.pathname}${url.search}`,
  };
  for (const [name, value] of linesOf(headers)) {
    const lower = name.toLowerCase();
    if (ofConnection.has(lower)) continue;
    if (lower === 'host') sent[':authority'] = value;
    else sent[lower] = sent[lower] === undefined ? value : [sent[lower], value].flat();
  }
  return sent;
};

const fieldsOf = (raw: readonly string[]): Fields => {
  const fields: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (!name.startsWith(':')) fields.push([name.toLowerCase(), raw[at + 1] ?? '']);
  }
  return fields;
};

/** Of the connection's own errors the reason is known elsewhere; what HTTP/2 says by itself is the peer's word. */
const failureOf = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('ERR_HTTP2') || !(error instanceof Error)) return error;
  const reset = code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_STREAM_CANCEL';
  return new ProbeFailure(reset ? 'reset' : 'protocol-error', `expected an answer in HTTP/2: ${error.message}`, error);
};

const sessionOver = (socket: Socket, origin: string): ClientHttp2Session =>
  connect(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: headerLimit },
    maxSessionMemory: 8,
  });

type Asking = At & { readonly limit: number; readonly onHead: (head: Head) => void };
type Heard = { readonly head: Head; readonly body: Buffer; readonly received: number };

/** The answer on a stream, read to its end; fails with whatever prevents it. */
const answerOn = (
  stream: ClientHttp2Stream,
  session: ClientHttp2Session,
  { context, notes, limit, onHead, whole }: Asking & { readonly whole: boolean },
): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const pile = createPile({ most: limit, room: context.room });
    let head: Head | null = null;
    let received = 0;
    const fail = (error: unknown): void => reject(failureOf(error));
    // After the end of the answer this is no news, and is not heard.
    const early = (): void => {
      const missing = `expected ${head === null ? 'an' : 'a whole'} answer`;
      reject(new ProbeFailure('closed-early', `${missing}, got a closed connection`));
    };
    for (const one of [session, stream]) {
      one.on('error', fail);
      one.on('close', early);
    }
    const keep = (piece: Buffer): void => {
      try {
        pile.add(piece);
      } catch (error) {
        reject(error);
      }
    };
    stream.on('response', (headers, _flags, raw: readonly string[]) => {
      notes.enter('transfer');
      head = new ReadHead(Number(headers[':status']), '2', fieldsOf(raw));
      onHead(head);
    });
    stream.on('data', (piece: Buffer) => {
      received += piece.length;
      if (received > limit)
        reject(new ProbeFailure('answer-too-large', `expected a body of at most ${limit} bytes, got more`));
      else if (whole || pile.size() < glance) keep(piece);
    });
    stream.on('end', () => {
      if (head !== null && !stream.aborted && stream.rstCode === 0) resolve({ head, body: pile.all(), received });
    });
  });

/** One request over a connection on which HTTP/2 was agreed, and its answer before it is decoded. */
export const ask = async (socket: Socket, request: HttpRequest, asking: Asking): Promise<Heard> => {
  const session = sessionOver(socket, request.url.origin);
  asking.notes.hold(() => session.destroy());
  const { body, whole = true } = request;
  const stream = session.request(headersOf(request), { endStream: body === null });
  const answered = answerOn(stream, session, { ...asking, whole });
  if (body !== null) stream.end(body);
  const heard = await answered;
  asking.notes.leave();
  session.destroy();
  return heard;
};
