import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';

/** A health answer is seven bytes; what is far longer is none. */
const bodyLimit = 64 * 1024;

export type Call = { readonly authority: URL; readonly headers: OutgoingHttpHeaders; readonly body: Buffer };
export type Reply = {
  readonly http: number;
  /** Of head and trailers, in which gRPC says its status; of a call with one head only, that. */
  readonly fields: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The HTTP/2 error that ended the stream; 0 when the peer ended it as it should. */
  readonly reset: number;
};

const sessionOver = (socket: Socket, authority: URL): ClientHttp2Session =>
  connect(authority, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: 16 * 1024 },
    maxHeaderListPairs: 128,
    // MB: a peer can make us hold no more.
    maxSessionMemory: 2,
  });

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
/**
 * Why a stream ended, where it was not the peer that reset it alone. What nghttp2 calls an error is what the peer said
 * in bytes that are no HTTP/2.
 */
const brokenOff = (error: Error): Error | null => {
  const code = codeOf(error);
  if (code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_STREAM_CANCEL') return null;
  return code.startsWith('ERR_HTTP2_')
    ? new ProbeFailure('protocol-error', `expected HTTP/2, got: ${error.message}`, error)
    : error;
};

/** One unary call over a connection of its own, and its whole reply. */
export const call = (socket: Socket, { authority, headers, body }: Call, notes: Notes): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const session = sessionOver(socket, authority);
    notes.hold(() => session.destroy());
    let away: number | null = null;
    let failed: Error | null = null;
    session.on('goaway', (code) => {
      away = code;
    });
    session.on('error', (error) => {
      failed ??= brokenOff(error);
    });
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    let size = 0;
    let http = 0;
    let ended = false;
    let fields: IncomingHttpHeaders = {};
    stream.on('response', (head) => {
      notes.reach('protocol');
      http = Number(head[':status']);
      fields = head;
    });
    stream.on('trailers', (trailers) => {
      fields = { ...fields, ...trailers };
    });
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) return void chunks.push(chunk);
      failed ??= new ProbeFailure('answer-too-large', `expected at most ${bodyLimit} bytes, got more`);
      stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('end', () => {
      ended = http !== 0;
    });
    stream.on('error', (error) => {
      failed ??= brokenOff(error);
    });
    stream.on('close', () =>
      // The end of the whole session is known only after its streams have closed; for them it looks like a reset.
      setImmediate(() => {
        const reset = stream.rstCode ?? 0;
        const alone = !session.closed && !session.destroyed && away === null;
        if (failed !== null) reject(failed);
        else if (reset === 0 ? ended : alone) resolve({ http, fields, body: Buffer.concat(chunks), reset });
        else if (away !== null && away !== 0)
          reject(new ProbeFailure('protocol-error', `expected an answer, got GOAWAY with the HTTP/2 error ${away}`));
        else reject(new ProbeFailure('closed-early', 'expected an answer, got a closed connection'));
      }),
    );
    stream.end(body);
  });
