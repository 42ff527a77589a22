import { generateKeyPairSync } from 'node:crypto';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { decodeJwt, decodeProtectedHeader, type JWK, SignJWT } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { totpOf } from '../../../wire/totp.ts';

/** A real OpenID provider with pages of its own, behind a front that can bend what it answers. */
export type Idp = {
  readonly issuer: string;
  readonly asked: () => readonly string[];
  readonly sessions: () => number;
  /** The same token with other claims, signed by the key of the provider, or by one that only claims to be it. */
  readonly resign: (token: string, claims: object, how?: { readonly forged?: boolean }) => Promise<string>;
  readonly close: () => Promise<void>;
};
export type Answered = { status: number; headers: Record<string, string | string[]>; body: string };
/** By `GET /path`; `back` is whatever sends the person back to the client. */
export type Bend = Readonly<Record<string, (answered: Answered, idp: Idp) => void | Promise<void>>>;

export const user = 'sønderby';
export const password = 'r1gtigt & "sikkert"';
export const totpSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
export const clientSecret = 'hemmelig:+ &%';
export const redirect = 'https://epj.example/callback';
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const forged = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const clientKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const html = (response: ServerResponse, body: string, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><body>${body}`);
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};
const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
};
const closed = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

export type Pages = {
  /** The user first, the password on a page of its own. */
  readonly two?: boolean;
  readonly totp?: boolean;
  /** A wrong password is answered with this status. */
  readonly refusal?: number;
  readonly certificate?: string;
};

const line = '<label>User <input name="username" type="email"></label>';
const secretLine = '<label>Password <input name="pw" type="password"></label><input type="hidden" name="x" value="1">';
const form = (inner: string): string =>
  `<form method="post">${inner}<button name="go" value="in">Log in</button></form>`;

/** The pages of a login, as they come one after the other. */
const createPages = (provider: Provider, { two = false, totp = false, refusal = 200 }: Pages) => {
  const known = new Map<string, string>();
  const first = form(two ? line : line + secretLine);
  const codePage = form('<label>Code <input name="otp" inputmode="numeric"></label>');
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, uid, params, grantId, session } = await provider.interactionDetails(request, response);
    const sent = new URLSearchParams(await bodyOf(request));
    if (prompt.name === 'consent') {
      if (request.method === 'GET')
        return html(
          response,
          '<form method="post"><input type="hidden" name="uid" value="1"><button name="allow" value="yes">Allow</button><button name="deny">Deny</button></form>',
        );
      if (sent.get('allow') !== 'yes')
        return await provider.interactionFinished(request, response, { error: 'access_denied' });
      const grant =
        grantId === undefined
          ? new provider.Grant({ accountId: String(session?.accountId), clientId: String(params['client_id']) })
          : await provider.Grant.find(grantId);
      grant?.addOIDCScope(String(params['scope']));
      return await provider.interactionFinished(
        request,
        response,
        { consent: { grantId: await grant?.save() } },
        { mergeWithLastSubmission: true },
      );
    }
    if (request.method === 'GET') return html(response, first);
    const name = sent.get('username') ?? known.get(uid) ?? '';
    if (sent.has('username')) known.set(uid, name);
    if (two && sent.has('username')) return html(response, form(secretLine));
    if (
      sent.has('pw') &&
      (name !== user || sent.get('pw') !== password || sent.get('x') !== '1' || sent.get('go') !== 'in')
    )
      return html(response, `<p>Wrong</p>${two ? form(secretLine) : first}`, refusal);
    if (totp && !sent.has('otp')) return html(response, codePage);
    if (totp && sent.get('otp') !== totpOf(totpSecret, Date.now())) return html(response, codePage);
    await provider.interactionFinished(request, response, { login: { accountId: 'subject-of-the-user' } });
  };
};

const configuration = (key: JWK): Configuration => ({
  clients: [
    {
      client_id: 'probe',
      client_secret: clientSecret,
      redirect_uris: [redirect],
      grant_types: ['authorization_code', 'client_credentials'],
    },
    {
      client_id: 'keyed',
      redirect_uris: [redirect],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...clientKey.publicKey.export({ format: 'jwk' }), kid: 'mine', use: 'sig', alg: 'ES256' }] },
      grant_types: ['authorization_code', 'client_credentials'],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['of a test'] },
  claims: { openid: ['sub'], profile: ['name'] },
  scopes: ['openid', 'profile', 'api'],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Ann Other' }) }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  ttl: {
    AccessToken: 300,
    AuthorizationCode: 60,
    ClientCredentials: 300,
    Grant: 300,
    IdToken: 300,
    Interaction: 300,
    Session: 300,
  },
});

/** Asks the provider behind it, by the name by which the front itself was asked. */
const forward = (request: IncomingMessage, body: string, inner: string, host: string): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { connection: _, 'content-length': __, 'accept-encoding': ___, ...headers } = request.headers;
    const asked = httpRequest(
      `${inner}${request.url}`,
      { method: request.method, headers: { ...headers, host } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const { 'transfer-encoding': _te, 'content-length': _cl, connection: _c, ...kept } = response.headers;
          const own = Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, value ?? '']));
          resolve({ status: response.statusCode ?? 0, headers: own, body: text });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

export const startIdp = async (bend: Bend = {}, pages: Pages = {}): Promise<Idp> => {
  const asked: string[] = [];
  const key: JWK = {
    ...rsa.privateKey.export({ format: 'jwk' }),
    kid: 'one',
    use: 'sig',
    alg: 'RS256',
    ...(pages.certificate === undefined ? {} : { x5c: [pages.certificate] }),
  };
  let inner = '';
  const front = createServer(async (request, response) => {
    const path = `${request.method} ${(request.url ?? '').split('?')[0]?.replace(/\/(interaction|auth)\/.+/, '/$1/uid')}`;
    asked.push(path);
    const answered = await forward(request, await bodyOf(request), inner, new URL(issuer).host);
    await bend[path]?.(answered, idp);
    if (String(answered.headers['location'] ?? '').startsWith(redirect)) await bend['back']?.(answered, idp);
    if (answered.status === 0) response.socket?.destroy();
    else response.writeHead(answered.status, answered.headers).end(answered.body);
  });
  const issuer = await listening(front);
  const provider = new Provider(issuer, configuration(key));
  let sessions = 0;
  provider.on('authorization.success', () => {
    sessions += 1;
  });
  provider.on('end_session.success', () => {
    sessions -= 1;
  });
  const own = createPages(provider, pages);
  const handle = provider.callback();
  const behind = createServer(async (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) await own(request, response);
    else await handle(request, response);
  });
  inner = await listening(behind);
  const idp: Idp = {
    issuer,
    asked: () => asked,
    sessions: () => sessions,
    resign: async (token, claims, { forged: byOther = false } = {}) => {
      const merged = { ...decodeJwt(token), ...claims };
      const header = decodeProtectedHeader(token);
      return await new SignJWT(merged)
        .setProtectedHeader({ alg: 'RS256', ...header })
        .sign(byOther ? forged.privateKey : rsa.privateKey);
    },
    close: async () => {
      await closed(front);
      await closed(behind);
    },
  };
  return idp;
};
