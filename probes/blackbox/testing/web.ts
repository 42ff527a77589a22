import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

/** What a URL of the stage asks of its own server. */
export type Wish = {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** The body is so long. */
  readonly long?: number;
  /** How the body is encoded, whatever the headers say. */
  readonly coding?: 'gzip' | 'br' | 'deflate' | 'zlib';
  /** Without a content-length. */
  readonly chunked?: boolean;
  /** So many redirects come first, each with this status. */
  readonly hops?: number;
  readonly hopStatus?: number;
  /** Where a redirect leads. */
  readonly to?: string;
  /** Only with this request header is the answer the one that is written here; else 403. */
  readonly only?: readonly [string, string];
  /** Only with this body, by this method. */
  readonly onlyBody?: string;
  readonly onlyMethod?: string;
  /** Only with these fields in a form. */
  readonly onlyForm?: Readonly<Record<string, string>>;
  /** The answer is what the request said: its method, path and headers. */
  readonly echo?: string;
  /** Sets a cookie and leads on to where it is asked for. */
  readonly cookie?: boolean;
  /** Waits so many ms before the first byte. */
  readonly wait?: number;
  /** The connection ends in the middle of the body. */
  readonly cut?: boolean;
};

export const wishUrl = (wish: Wish): string => `/wish/${Buffer.from(JSON.stringify(wish)).toString('base64url')}`;

const encoders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateRawSync, zlib: deflateSync };

const bodyOf = ({ body, long, coding }: Wish): Buffer => {
  const plain = Buffer.from(long === undefined ? (body ?? '') : 'x'.repeat(long));
  return coding === undefined ? plain : encoders[coding](plain);
};

const lead = (response: ServerResponse, status: number, to: string, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { location: to, ...headers }).end('moved');

const isWanted = async (request: IncomingMessage, wish: Wish): Promise<boolean> => {
  const { only, onlyBody, onlyForm, onlyMethod } = wish;
  if (only !== undefined && [request.headers[only[0]]].flat().join(', ') !== only[1]) return false;
  if (onlyMethod !== undefined && request.method !== onlyMethod) return false;
  if (onlyForm !== undefined) {
    const form = new URLSearchParams((await request.toArray()).join(''));
    return Object.entries(onlyForm).every(([name, value]) => form.get(name) === value);
  }
  return onlyBody === undefined || (await request.toArray()).join('') === onlyBody;
};

/** Answers as the URL asks. */
export const answerWeb = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const [, , coded = ''] = (request.url ?? '').split('/');
  const wish: Wish = JSON.parse(Buffer.from(coded, 'base64url').toString('utf8') || '{}');
  if (wish.wait !== undefined) await new Promise((resolve) => setTimeout(resolve, wish.wait));
  const { hops = 0, hopStatus = 302, to, cookie, ...rest } = wish;
  if (hops > 0) return lead(response, hopStatus, wishUrl({ ...wish, hops: hops - 1 }));
  if (cookie === true)
    return lead(response, 302, wishUrl({ ...rest, only: ['cookie', 'visit=1'] }), { 'set-cookie': 'visit=1; Path=/' });
  if (to !== undefined) return lead(response, wish.hopStatus ?? 302, to);
  if (!(await isWanted(request, wish))) return void response.writeHead(403).end('no');
  const body =
    wish.echo === undefined
      ? bodyOf(wish)
      : Buffer.from(String(wish.echo === 'method' ? request.method : (request.headers[wish.echo] ?? 'none')));
  const headers = wish.headers ?? [];
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.statusCode = wish.status ?? 200;
  if (wish.cut === true) {
    response.setHeader('content-length', body.length + 10);
    response.write(body, () => request.socket.end());
    return;
  }
  if (wish.chunked !== true && request.httpVersionMajor === 1) response.setHeader('content-length', body.length);
  if (wish.chunked === true) response.write(body.subarray(0, 1));
  response.end(wish.chunked === true ? body.subarray(1) : body);
};
