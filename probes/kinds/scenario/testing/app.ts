import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A small record system: a login page with a hidden token, a session cookie, an API, a draft that must be taken away. */
export type App = {
  readonly url: string;
  /** What has been asked, as `GET /path`. */
  readonly asked: () => readonly string[];
  /** Sessions and drafts that are still there. */
  readonly left: () => { readonly sessions: number; readonly drafts: number };
  readonly close: () => Promise<void>;
};
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>;
/** Paths that answer otherwise than the system would, as `GET /path`. */
export type Broken = Readonly<Record<string, Handler>>;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};
const cookieOf = (request: IncomingMessage, name: string): string | null =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1] ?? null;

export const answer = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): void => void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
export const json = (response: ServerResponse, status: number, body: unknown): void =>
  answer(response, status, JSON.stringify(body), { 'content-type': 'application/json' });

const page = (token: string): string => `<!doctype html><html><head><title>Log in</title></head><body>
  <form id="search" action="/search"><input name="q"></form>
  <script>document.write('<form><input name="user"><input name="password"></form>')</script>
  <form name="login" method="post" action="/login?from=page">
    <input type="hidden" name="csrf" value="${token}">
    <label>User <input name="user"></label><input type="password" name="password">
    <input type="checkbox" name="remember" value="yes"><select name="unit"><option value="a">A<option selected value="b&amp;c">B</select>
    <textarea name="note">as &lt;is&gt;</textarea><input type="submit" name="go" value="Log in">
  </form></body></html>`;

/** Credentials with everything in them that a place could fail to escape. */
export const user = 'prøve & "test"';
export const password = `p&ss=wo+rd%/"'<\\>`;

export const startApp = async (broken: Broken = {}): Promise<App> => {
  const tokens = new Set<string>();
  const sessions = new Map<string, string>();
  const drafts = new Set<string>();
  const asked: string[] = [];
  const session = (request: IncomingMessage) => sessions.get(cookieOf(request, 'sid') ?? '');
  const own: Broken = {
    'GET /login': (_, response) => {
      const token = randomBytes(12).toString('hex');
      tokens.add(token);
      answer(response, 200, page(token), { 'set-cookie': 'seen=1; Path=/' });
    },
    'POST /login': (request, response, body) => {
      const form = new URLSearchParams(body);
      const good =
        tokens.delete(form.get('csrf') ?? '') &&
        form.get('user') === user &&
        form.get('password') === password &&
        form.get('unit') === 'b&c' &&
        form.get('note') === 'as <is>' &&
        !form.has('remember') &&
        cookieOf(request, 'seen') === '1';
      if (!good) return answer(response, 401, '<h1>Wrong user or password</h1>');
      const sid = randomBytes(16).toString('hex');
      sessions.set(sid, user);
      const expired = 'seen=; Path=/; Max-Age=0';
      answer(response, 303, '', { location: '/home', 'set-cookie': [`sid=${sid}; Path=/; HttpOnly`, expired] });
    },
    'GET /home': (request, response) => {
      if (session(request) === undefined) return answer(response, 302, '', { location: '/login' });
      answer(response, 200, '<h1>Welcome</h1>');
    },
    'GET /api/token': (request, response) => {
      const sid = cookieOf(request, 'sid');
      if (session(request) === undefined) return json(response, 401, { error: 'no session' });
      json(response, 200, { key: `key-of-${sid}`, unit: 7, list: [{ id: 'a/b?c' }, { id: 'second' }] });
    },
    'POST /api/drafts': (request, response, body) => {
      const sid = /^key-of-(\w+)$/.exec(String(request.headers['x-key'] ?? ''))?.[1] ?? '';
      if (!sessions.has(sid)) return json(response, 403, { error: 'no key' });
      const { unit, title }: { unit?: unknown; title?: unknown } = JSON.parse(body);
      if (typeof unit !== 'number') return json(response, 422, { error: 'unit is no number' });
      const id = randomBytes(4).toString('hex');
      drafts.add(id);
      response.setHeader('x-draft', id);
      json(response, 201, { id, unit, title, waiting: 3, echo: request.headers['x-key'], said: password });
    },
    'GET /logout': (request, response) => {
      sessions.delete(cookieOf(request, 'sid') ?? '');
      answer(response, 200, 'Bye');
    },
  };
  const dynamic: Handler = (request, response) => {
    const id = /^\/api\/drafts\/(\w+)$/.exec(request.url ?? '')?.[1];
    if (request.method === 'DELETE' && id !== undefined) return answer(response, drafts.delete(id) ? 204 : 404, '');
    if (request.method === 'GET' && request.url === '/api/items/a%2Fb%3Fc') return json(response, 200, { found: true });
    answer(response, 404, 'nothing here');
  };
  const server = createServer(async (request, response) => {
    const key = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    asked.push(key);
    const handler = broken[key] ?? own[key] ?? dynamic;
    await handler(request, response, await bodyOf(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
    asked: () => asked,
    left: () => ({ sessions: sessions.size, drafts: drafts.size }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
