import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { type Answer, grpcPeer } from '../../kinds/grpc/testing/peer.ts';
import { proxy } from '../../kinds/http/testing/web.ts';
import { certify, type Holder } from '../../testing/pki.ts';
import { type Line, scripted } from '../../testing/scripted.ts';
import { answerWeb, type Wish, wishUrl } from './web.ts';
import { dnsServer } from './zone.ts';

/** Everything the cases talk to, and nothing of it is ours or theirs: the same servers stand for both engines. */

type Closing = () => Promise<void> | void;
type Listening = Pick<Server, 'listen' | 'once' | 'close' | 'address'> & { readonly on: Server['on'] };

const day = 86_400_000;
const certificates = async () => {
  const root = await certify('CN=Root of the stage', { ca: true, serial: '01' });
  const other = await certify('CN=Another root', { ca: true, serial: '02' });
  const by = (subject: string, wish: object = {}): Promise<Holder> =>
    certify(subject, {
      by: root,
      serial: '00ab12',
      names: ['localhost', 'stage.example'],
      addresses: ['127.0.0.1'],
      ...wish,
    });
  return {
    root,
    other,
    good: await by('CN=stage.example, O=Region Example, C=DK'),
    expired: await by('CN=stage.example', { from: new Date(Date.now() - 9 * day), until: new Date(Date.now() - day) }),
    early: await by('CN=stage.example', { from: new Date(Date.now() + day), until: new Date(Date.now() + 9 * day) }),
    named: await by('CN=elsewhere.example', { names: ['elsewhere.example'], addresses: [] }),
    nameless: await by('CN=127.0.0.1', { names: [], addresses: [] }),
    own: await certify('CN=stage.example', { names: ['localhost'], addresses: ['127.0.0.1'], serial: '7f' }),
    client: await by('CN=prober', { names: ['prober.example'], addresses: [] }),
  };
};

const chainOf = (holder: Holder, root: Holder) => ({ key: holder.key, cert: `${holder.pem}${root.pem}` });

export const openStage = async () => {
  const closing: Closing[] = [];
  const listen = async (server: Listening, at: string | null = null, host = '127.0.0.1'): Promise<number> => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if (at === null) server.listen(0, host, resolve);
      else server.listen(at, resolve);
    });
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    });
    const bound = server.address();
    // Safe: a server of this machine's network, listening, has such an address.
    return at === null ? (bound as AddressInfo).port : 0;
  };
  const folder = mkdtempSync(join(tmpdir(), 'forvarsel-stage-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const pki = await certificates();
  const handle = (request: IncomingMessage, response: ServerResponse): void => void answerWeb(request, response);
  const plain = await listen(createHttp({ keepAlive: false }, handle));
  const secured = new Map<string, number>();
  for (const name of ['good', 'expired', 'early', 'named', 'nameless'] as const)
    secured.set(name, await listen(createHttps(chainOf(pki[name], pki.root), handle)));
  secured.set('own', await listen(createHttps({ key: pki.own.key, cert: pki.own.pem }, handle)));
  secured.set('old', await listen(createHttps({ ...chainOf(pki.good, pki.root), maxVersion: 'TLSv1.2' }, handle)));
  secured.set(
    'client',
    await listen(createHttps({ ...chainOf(pki.good, pki.root), ca: pki.root.pem, requestCert: true }, handle)),
  );
  const second = createSecureServer({ ...chainOf(pki.good, pki.root), allowHTTP1: true }, (request, response) =>
    // Types: node has the two apart; what is used of them is the same.
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  second.on('session', (session) => session.on('error', () => undefined));
  secured.set('second', await listen(second as unknown as Listening));
  const names = { caFile: file('ca.pem', pki.root.pem), otherCaFile: file('other.pem', pki.other.pem) };
  const httpProxy = await proxy();
  const loginProxy = await proxy('proxy:login');
  closing.push(httpProxy.close, loginProxy.close);
  const zone = await dnsServer(chainOf(pki.good, pki.root));
  closing.push(zone.close);

  return {
    folder,
    file,
    pki,
    ...names,
    /** A URL whose answer is written in it. */
    web: (wish: Wish = {}): string => `http://127.0.0.1:${plain}${wishUrl(wish)}`,
    webPort: plain,
    tlsPort: (name: string): number => secured.get(name) ?? 0,
    secure: (name: string, wish: Wish = {}, host = '127.0.0.1'): string =>
      `https://${host}:${secured.get(name) ?? 0}${wishUrl(wish)}`,
    proxy: `http://127.0.0.1:${httpProxy.port}`,
    loginProxy: loginProxy.port,
    zone: zone.target,
    zoneTls: zone.tlsTarget,
    /** A server that follows a script. */
    script: async (script: readonly Line[], holder: Holder = pki.good): Promise<string> =>
      `127.0.0.1:${await listen(createTcp({ allowHalfOpen: true }, scripted(script, chainOf(holder, pki.root))))}`,
    script6: async (script: readonly Line[]): Promise<string> =>
      `[::1]:${await listen(createTcp(scripted(script)), null, '::1')}`,
    /** Says in a line who connects. */
    mirror: async (): Promise<string> =>
      `127.0.0.1:${await listen(createTcp((socket) => void socket.write(`${socket.remoteAddress}\n`)))}`,
    /** The same, by TLS from the first byte. */
    tlsScript: async (script: readonly Line[], holder: Holder = pki.good): Promise<string> => {
      const server = createTls(chainOf(holder, pki.root), (socket) => {
        socket.on('error', () => undefined);
        scripted(script)(socket);
      });
      server.on('tlsClientError', () => undefined);
      return `127.0.0.1:${await listen(server)}`;
    },
    unix: async (name: string, script: readonly Line[]): Promise<string> => {
      const path = join(folder, name);
      await listen(createTcp(scripted(script)), path);
      return path;
    },
    unixTls: async (name: string, script: readonly Line[]): Promise<string> => {
      const path = join(folder, name);
      const server = createTls(chainOf(pki.good, pki.root), (socket) => {
        socket.on('error', () => undefined);
        scripted(script)(socket);
      });
      server.on('tlsClientError', () => undefined);
      await listen(server, path);
      return path;
    },
    grpc: async (answer: Answer | null, tls = false): Promise<string> => {
      const peer = await grpcPeer(answer, tls ? chainOf(pki.good, pki.root) : undefined);
      closing.push(peer.stop);
      return peer.target;
    },
    nobody: async (): Promise<string> => {
      const server = createTcp();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      return `127.0.0.1:${port}`;
    },
    close: async (): Promise<void> => {
      for (const close of closing.toReversed()) await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
export type Stage = Awaited<ReturnType<typeof openStage>>;
