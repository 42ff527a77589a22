import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import type { Language } from '../../infra/landscape/model.ts';
import { createLive } from './live.ts';
import { documentOf, plainMain } from './page.ts';
import { checkPage } from './pages/check.ts';
import { nodePage } from './pages/node.ts';
import { overview } from './pages/overview.ts';
import type { Page } from './pages/page.ts';
import { solutionPage } from './pages/solution.ts';
import { vantagesPage } from './pages/vantages.ts';
import { warningsPage } from './pages/warnings.ts';
import { workflowPage } from './pages/workflow.ts';
import { createPush } from './push.ts';
import { sightsOf } from './sights.ts';
import type { ConsoleSource } from './source.ts';
import { ageOf, isStale } from './view.ts';
import { createVoice, type Voice } from './voice.ts';
import { isLanguage, languageOf } from './words.ts';

/** Every page, and where in its address the id stands. */
const pages: Readonly<Record<string, Page>> = {
  '/': overview,
  '/warnings': warningsPage,
  '/vantages': vantagesPage,
  '/workflow/:id': workflowPage,
  '/solution/:id': solutionPage,
  '/node/:id': nodePage,
  '/check/:node/:name': checkPage,
};

const assets = {
  'console.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type Options = { readonly closed: AbortSignal; readonly complain: (error: unknown) => void };

const languageIn = (context: Context): Language => {
  const first = context.req.path.split('/')[1] ?? '';
  return isLanguage(first) ? first : languageOf(context.req.header('accept-language'));
};
/** The path and query below the language. */
const below = (context: Context): string => {
  const url = new URL(context.req.url);
  const first = url.pathname.split('/')[1] ?? '';
  return isLanguage(first) ? url.pathname.slice(first.length + 2) + url.search : '';
};
const idIn = (context: Context): string => {
  const { id, node, name } = context.req.param();
  return id ?? `${node ?? ''}/${name ?? ''}`;
};

const voiceFor = (source: ConsoleSource, language: Language): Voice =>
  createVoice(language, { zone: source.landscape.authority.zone, now: source.now() });

const plain = (context: Context, voice: Voice, kind: 'notFound' | 'failed') => {
  const { errors } = voice.words;
  const sentence = errors[kind];
  const main = plainMain({ tone: 'unknown', sentence, more: errors[`${kind}More`] });
  const shell = { voice, title: sentence, path: '', main, age: null, stale: false };
  return context.html(documentOf(shell), kind === 'notFound' ? 404 : 500);
};

const answer = (source: ConsoleSource, page: Page) => async (context: Context) => {
  const voice = voiceFor(source, languageIn(context));
  const picture = source.picture();
  const path = below(context);
  if (picture === null) {
    const { waiting, waitingMore } = voice.words.lead;
    const main = plainMain({ tone: 'unknown', sentence: waiting, more: waitingMore });
    return context.html(documentOf({ voice, title: waiting, path, main, age: 0, stale: false }));
  }
  const age = ageOf(picture, voice.now);
  const stale = isStale(picture, voice.now);
  const { landscape } = source;
  const view = { voice, source, landscape, picture, sights: sightsOf(landscape, picture), age, stale };
  const made = await page(view, { id: idIn(context), query: new URL(context.req.url).searchParams });
  if (made === null) return plain(context, voice, 'notFound');
  const title = stale ? voice.words.lead.stale : made.title;
  return context.html(documentOf({ voice, title, path, main: made.main, age, stale }));
};

/** `?at=` in wall ms; null where it is not asked for. Who asks for what is no time must not be given the present. */
const timeIn = (context: Context): number | null | 'no-time' => {
  const asked = context.req.query('at');
  if (asked === undefined) return null;
  return /^\d{1,15}$/.test(asked) ? Number(asked) : 'no-time';
};
const noTime = { error: 'expected at= in milliseconds since 1970 (UTC), for example at=1772323200000' };

const machineRoutes = (app: Hono, source: ConsoleSource, live: (context: Context) => Response): void => {
  app.get('/live', live);
  app.get('/metrics', async (context) =>
    context.body(await source.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.get('/probe', async (context) => {
    const { status, contentType, body } = await source.probe(new URL(context.req.url).searchParams);
    return new Response(body, { status, headers: { 'content-type': contentType } });
  });
  app.get('/api/picture', async (context) => {
    const at = timeIn(context);
    if (at === 'no-time') return context.json(noTime, 400);
    if (at !== null) {
      const stored = await source.pictureAt(at);
      if (stored === null) return context.json({ error: 'no picture of that time' }, 404);
      return context.body(stored.json, 200, { 'content-type': 'application/json' });
    }
    const picture = source.picture();
    return picture === null ? context.json({ error: 'no picture yet' }, 503) : context.json(picture);
  });
  app.get('/api/landscape', async (context) => {
    const at = timeIn(context);
    if (at === 'no-time') return context.json(noTime, 400);
    if (at === null) return context.json(source.landscape);
    const valid = await source.landscapeAt(at);
    return valid === null ? context.json({ error: 'no landscape of that time' }, 404) : context.json(valid.landscape);
  });
  app.get('/-/healthy', (context) => context.text('alive\n'));
  app.get('/-/ready', (context) => {
    const picture = source.picture();
    if (picture === null) return context.text('no picture yet\n', 503);
    const age = source.now() - picture.at;
    return isStale(picture, source.now())
      ? context.text(`the newest picture is ${age} ms old\n`, 503)
      : context.text('ready\n');
  });
};

/** All routes. Nothing here changes anything but the reports of jobs. */
export const createApp = async (source: ConsoleSource, { closed, complain }: Options): Promise<Hono> => {
  const app = new Hono();
  machineRoutes(app, source, createLive(source, closed));
  if (source.reports !== undefined) app.route('/', createPush(source.reports));
  for (const [name, type] of Object.entries(assets)) {
    const body = await readFile(new URL(`assets/${name}`, import.meta.url), 'utf8');
    app.get(`/assets/${name}`, (context) => context.body(body, 200, { 'content-type': type }));
  }
  app.get('/', (context) => {
    context.header('vary', 'accept-language');
    return context.redirect(`/${languageIn(context)}/`, 302);
  });
  for (const [path, page] of Object.entries(pages)) app.get(`/:language{da|en}${path}`, answer(source, page));
  app.get('/:language{da|en}', (context) => context.redirect(`/${languageIn(context)}/`, 302));
  app.notFound((context) => plain(context, voiceFor(source, languageIn(context)), 'notFound'));
  app.onError((error, context) => {
    complain(error);
    return plain(context, voiceFor(source, languageIn(context)), 'failed');
  });
  return app;
};
