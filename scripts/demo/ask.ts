import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { createSecureContext, connect as tlsConnect } from 'node:tls';
import { portOffset } from './network.ts';
import {
  acknowledged,
  amqpHeader,
  type Exchange,
  exchange,
  framed,
  ldapBind,
  ldapBound,
  starts,
  tooLate,
} from './protocols/exchange.ts';
import { negotiate } from './protocols/smb.ts';
import { asks, rows } from './protocols/sql.ts';

export const hostOf = (name: string): string => `${name}.region.example`;

type Reply = { readonly status: number; readonly body: string; readonly type: string };
export type AskOptions = {
  readonly source: string;
  readonly lookup: (host: string) => Promise<string>;
  /** PEM of the authority that is trusted. */
  readonly trust: string;
  /** Programs keep their connections; people come anew each time. */
  readonly keepAlive: boolean;
};

export type HttpOptions = { readonly method?: string; readonly body?: string; readonly timeout?: number };

const longestBody = 256 * 1024;
const patience = 900;

/** What a program or a person at a place can ask of machines, each over the machine's own protocol. */
export const createAsk = ({ source, lookup, trust, keepAlive }: AskOptions) => {
  const secureContext = createSecureContext({ ca: trust });
  const agents = {
    'http:': new HttpAgent({ keepAlive, timeout: 5_000 }),
    // No cached sessions: each new connection looks at the certificate again.
    'https:': new HttpsAgent({ keepAlive, timeout: 5_000, maxCachedSessions: 0, secureContext }),
  };
  /** An answer with any status; rejects when there was none in time. `url` names a machine: `https://epj/record`. */
  const http = async (url: string, { method = 'GET', body = '', timeout = patience }: HttpOptions = {}) => {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const servername = hostOf(hostname);
    const secure = protocol === 'https:';
    const host = await lookup(servername);
    const options = {
      host,
      port: Number(port || (secure ? 443 : 80)) + portOffset,
      localAddress: source,
      path: pathname + search,
      method,
      headers: { host: servername, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeout),
    };
    return await new Promise<Reply>((resolve, reject) => {
      const request = secure
        ? httpsRequest({ ...options, servername, agent: agents['https:'] })
        : httpRequest({ ...options, agent: agents['http:'] });
      request.on('error', (error) => reject(error.name === 'AbortError' ? tooLate(timeout) : error));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > longestBody) request.destroy(new Error('answer too long'));
        });
        response.on('error', (error) => reject(error.name === 'AbortError' ? tooLate(timeout) : error));
        response.on('end', () => {
          const type = response.headers['content-type']?.split(';')[0] ?? 'text/plain';
          resolve({ status: response.statusCode ?? 0, body: text, type });
        });
      });
      request.end(body);
    });
  };
  const speak = async <T>(
    name: string,
    port: number,
    talk: Pick<Exchange<T>, 'send' | 'until'>,
    timeout = patience,
  ): Promise<T> =>
    await exchange({ host: await lookup(hostOf(name)), port: port + portOffset, source, timeout, ...talk });
  /** A whole handshake, verified; nothing is said. */
  const handshake = async (name: string, port: number, timeout = patience): Promise<void> => {
    const servername = hostOf(name);
    const host = await lookup(servername);
    const wire = connect({ host, port: port + portOffset, localAddress: source });
    const socket = tlsConnect({ socket: wire, servername, secureContext });
    const timer = setTimeout(() => socket.destroy(tooLate(timeout)), timeout);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('secureConnect', () => resolve());
        wire.on('error', reject);
        socket.on('error', reject);
        socket.once('close', () => reject(new Error('closed during the handshake')));
      });
    } finally {
      clearTimeout(timer);
      socket.destroy();
      wire.destroy();
    }
  };
  return {
    http,
    handshake,
    /** The body of a 200; any other status is an error with the body's words. */
    body: async (url: string, options: HttpOptions = {}): Promise<string> => {
      const { status, body } = await http(url, options);
      if (status !== 200) throw new Error(`${new URL(url).hostname} answered ${status}: ${body.slice(0, 120)}`);
      return body;
    },
    sql: (name: string, statement: string) =>
      speak(name, 5432, { send: asks(name.split('-')[0] ?? 'app', statement), until: rows }),
    ldapBind: (name: string) => speak(name, 389, { send: ldapBind, until: ldapBound }),
    amqp: (name: string) => speak(name, 5672, { send: amqpHeader, until: starts('\x01\0\0') }),
    smb: (name: string, timeout: number) =>
      speak(name, 445, { send: negotiate(), until: starts('\xfeSMB', 4) }, timeout),
    hl7: (name: string, type: string, control: string, rest = '') =>
      speak(name, 2575, { send: framed(type, control, rest), until: acknowledged }),
    stun: (name: string) => {
      const send = Buffer.from('000100002112a442000000000000000000000001', 'hex');
      return speak(name, 3478, { send, until: starts('\x01\x01') });
    },
    close: (): void => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
};
export type Ask = ReturnType<typeof createAsk>;

/** The first that answers; the last one's error when none does. */
export const firstOf = async <T>(names: readonly string[], call: (name: string) => Promise<T>): Promise<T> => {
  let last: unknown = new Error('nobody to ask');
  for (const name of names)
    try {
      return await call(name);
    } catch (error) {
      last = error;
    }
  throw last;
};
