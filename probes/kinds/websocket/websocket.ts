import { optionsOf } from '../../../infra/landscape/options.ts';
import { refusePerson } from '../../discretion/person.ts';
import { shownOf } from '../../discretion/shown.ts';
import type { Aim, Probe } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { openStream } from '../../wire/stream.ts';
import { holdDialogue, type Ready, readied } from './talk.ts';
import { upgrade, type Wish } from './upgrade.ts';

const urlOf = (target: string): URL => {
  const url = URL.canParse(target) ? new URL(target) : null;
  if (url !== null && (url.protocol === 'ws:' || url.protocol === 'wss:') && url.hostname !== '') return url;
  throw new ProbeFailure('could-not-run', 'expected a target like wss://host/path');
};

const authorizationOf = (aim: Aim, url: URL): string | null => {
  const { login, bearer } = optionsOf(aim.check, 'websocket');
  const basic = (pair: string): string => `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  if (bearer !== undefined) return `Bearer ${secretOf(aim, bearer)}`;
  if (login !== undefined) return basic(`${wordOf(aim, login.user)}:${secretOf(aim, login.password)}`);
  if (url.username === '' && url.password === '') return null;
  return basic(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
};

const wishOf = (aim: Aim, steps: readonly Ready[]): Wish => {
  const { headers = [], subprotocols = [] } = optionsOf(aim.check, 'websocket');
  const url = urlOf(aim.target);
  const authorization = authorizationOf(aim, url);
  const given = headers.map(([name, value]) => [name, wordOf(aim, value)] as const);
  const sent = steps.flatMap((step) => ('text' in step ? [step.text] : []));
  refusePerson([url.href, ...given.map(([, value]) => value), ...sent], null);
  return {
    url,
    headers: authorization === null ? given : [...given, ['authorization', authorization]],
    subprotocols,
    login: authorization !== null || given.some(([name]) => /^(?:authorization|cookie)$/i.test(name)),
  };
};

/** Upgrades a new connection to WebSocket, holds the declared dialogue, message by message, and closes in order. */
export const websocket: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'websocket');
    const { dialogue = [], login, bearer } = options;
    const steps = await Promise.all(dialogue.map(readied));
    const wish = wishOf(aim, steps);
    const host = wish.url.hostname.replace(/^\[(.*)\]$/, '$1');
    const tls = wish.url.protocol === 'wss:';
    const port = wish.url.port === '' ? (tls ? 443 : 80) : Number(wish.url.port);
    const socket = await openStream({ host, port }, { ...options, tls }, { aim, context, notes });
    const shown = shownOf(aim);
    notes.enter('processing');
    await upgrade(socket, wish, notes, shown);
    if (login !== undefined || bearer !== undefined) notes.reach('session');
    notes.enter('transfer');
    await holdDialogue(socket, steps, { notes, shown });
  });
