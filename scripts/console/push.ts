import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { CheckId } from '../../infra/landscape/model.ts';
import type { Knock, Said } from '../../probes/heartbeats.ts';

/** Whom jobs report to. */
export type Reports = {
  readonly knock: (check: CheckId, token: string) => Knock;
  readonly undeclared: (check: CheckId, said: Said) => readonly string[];
  /** False when it was heard and could not be made durable. */
  readonly take: (check: CheckId, said: Said) => Promise<boolean>;
};

const bodyBytes = 4096;
const report = z.strictObject({
  status: z.enum(['ok', 'failed']).default('ok'),
  durationMs: z.number().min(0).max(1e10).exactOptional(),
  message: z.string().max(2000).exactOptional(),
  numbers: z.record(z.string().max(64), z.number()).exactOptional(),
});

const refusals: Readonly<Record<Exclude<Knock, 'welcome'>, readonly [400 | 401 | 404 | 429 | 503, string]>> = {
  unknown: [404, 'no check of kind push has this name\n'],
  refused: [401, 'expected `Authorization: Bearer` with the token of this check\n'],
  unreadable: [503, 'the token of this check could not be read here\n'],
  often: [429, 'more than once a second: report less often\n'],
};

/** What a body says; an empty one says that the job went well. */
const saidIn = (text: string): Said | null => {
  if (text.trim() === '') return { status: 'ok' };
  try {
    return report.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

const answer = (reports: Reports) => async (context: Context) => {
  const { node, name } = context.req.param();
  const check = `${node ?? ''}/${name ?? ''}`;
  const token = /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? '';
  const knock = reports.knock(check, token);
  if (knock !== 'welcome') {
    const [status, text] = refusals[knock];
    if (status === 401) context.header('www-authenticate', 'Bearer');
    if (status === 429) context.header('retry-after', '60');
    return context.text(text, status);
  }
  const said = saidIn(await context.req.text());
  if (said === null)
    return context.text(
      'expected nothing, or JSON { status, durationMs, message, numbers } with status ok or failed\n',
      400,
    );
  const others = reports.undeclared(check, said);
  if (others.length > 0)
    return context.text(`expected only numbers that the check declares, got ${others.join(', ').slice(0, 200)}\n`, 400);
  if (await reports.take(check, said)) return context.body(null, 204);
  return context.text('heard, but it could not be remembered: report again\n', 503);
};

/**
 * POST /push/<node>/<check>: a job reports. The one route that takes something in: it wants a token in a header that no
 * form and no foreign page can send unasked, and no cookie means anything to it.
 */
export const createPush = (reports: Reports): Hono => {
  const app = new Hono();
  const tooLarge = (context: Context) => context.text(`expected at most ${bodyBytes} bytes\n`, 413);
  app.post('/push/:node/:name', bodyLimit({ maxSize: bodyBytes, onError: tooLarge }), answer(reports));
  return app;
};
