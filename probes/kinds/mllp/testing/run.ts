import type { Socket } from 'node:net';
import { type MllpOptions, mllp as written } from '../../../../infra/landscape/kinds/mllp.ts';
import type { Aim, Measurement } from '../../../observation.ts';
import { checkOf, contextHere, tcpStand, tlsStand } from '../../../testing/servers.ts';
import { mllp } from '../mllp.ts';
import { type Asked, ack, engine } from './engine.ts';

/** Nancy Ann Berggren, the test person of Danish health IT; her number belongs to nobody. */
export const identity = '251248-9996';
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
export type Written = Parameters<typeof written.normal>[0];
export const normal = (keys: Written = {}): MllpOptions => written.normal(keys, patients);
export const aimOf = (options: MllpOptions, target: string, timeoutMs = 500): Aim => ({
  check: checkOf('mllp', options, { timeoutMs, depth: written.depth(options) }),
  target,
  secrets: { 'env:NANCY': identity },
});

/** One run against a peer of its own, which is gone afterwards. */
export const run = async (
  options: MllpOptions,
  peer: (socket: Socket) => void,
  more: {
    readonly timeoutMs?: number;
    readonly tls?: { readonly key: string; readonly cert: string };
    readonly trust?: string;
    readonly secrets?: Aim['secrets'];
  } = {},
): Promise<Measurement> => {
  const stand = await (more.tls === undefined ? tcpStand(peer) : tlsStand(more.tls, peer));
  const signal = AbortSignal.timeout(more.timeoutMs ?? 500);
  const aim = aimOf(options, stand.target, more.timeoutMs);
  const asked = more.secrets === undefined ? aim : { ...aim, secrets: more.secrets };
  const seen = await mllp(asked, contextHere(more.trust === undefined ? [] : [more.trust])(signal));
  await stand.close();
  return seen;
};
/** What a person could come to see of a run, but for its times: any digits may stand in those. */
export const shown = ({ message, transcript, facts }: Measurement): string =>
  JSON.stringify([message, transcript, facts], (_, value: unknown) => (typeof value === 'number' ? 0 : value));
export const says = (reply: (asked: Asked) => string) =>
  engine((asked, socket) => socket.write(reply(asked), 'latin1'));
/** Writes down what it is sent. */
export const keeping = (sent: string[], code: string) =>
  says(({ text, control }) => {
    sent.push(text);
    return ack(code, control);
  });
