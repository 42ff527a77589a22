import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { Spooled } from './wire.ts';

/** How the hub comes to an agent, with everything read that the landscape names. */
export type Way = {
  readonly url: string;
  readonly token: string | null;
  readonly client: { readonly certificate: string; readonly key: string } | null;
  readonly trust: string | null;
};

const withinMs = 10_000;
const mostBytes = 16 * 1024 * 1024;

const isSpooled = (value: unknown): value is Spooled =>
  typeof value === 'object' &&
  value !== null &&
  'entries' in value &&
  Array.isArray(value.entries) &&
  'boot' in value &&
  typeof value.boot === 'string' &&
  'vantage' in value &&
  'now' in value &&
  typeof value.now === 'object' &&
  value.now !== null &&
  'wall' in value.now &&
  Number.isFinite(value.now.wall) &&
  'mono' in value.now &&
  Number.isFinite(value.now.mono) &&
  'spool' in value &&
  typeof value.spool === 'string' &&
  'first' in value &&
  Number.isSafeInteger(value.first) &&
  'last' in value &&
  Number.isSafeInteger(value.last);

/** Asks an agent over one connection that is kept. Rejects with a sentence that holds no secret. */
export const createFetch = ({ url, token, client, trust }: Way) => {
  const base = new URL(url);
  const secure = base.protocol === 'https:';
  const options = {
    ...(client === null ? {} : { cert: client.certificate, key: client.key }),
    ...(trust === null ? {} : { ca: [...getCACertificates('default'), trust] }),
  };
  const agent = secure
    ? new SecureAgent({ keepAlive: true, maxSockets: 1, ...options })
    : new PlainAgent({ keepAlive: true, maxSockets: 1 });
  const send = secure ? secureRequest : plainRequest;
  const ask = (path: string, signal: AbortSignal): Promise<Spooled> =>
    new Promise((resolve, reject) => {
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const ended = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
      const request = send(new URL(path, base), { agent, headers, signal: ended }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > mostBytes) response.destroy(new Error(`expected at most ${mostBytes} bytes, got more`));
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`expected status 200, got ${response.statusCode}`));
          try {
            const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            if (isSpooled(body)) resolve(body);
            else reject(new Error('expected what an agent answers, got another document'));
          } catch {
            reject(new Error('expected JSON, got something else'));
          }
        });
      });
      request.on('error', reject);
      request.end();
    });
  return { ask, close: () => agent.destroy() };
};
