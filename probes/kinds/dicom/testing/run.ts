import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type DicomOptions, dicom as written } from '../../../../infra/landscape/kinds/dicom.ts';
import type { Aim, Measurement } from '../../../observation.ts';
import { checkOf, contextHere, tcpStand, tlsStand } from '../../../testing/servers.ts';
import { dicom } from '../dicom.ts';

/** Nancy Ann Berggren, the test person of Danish health IT; her number belongs to nobody. */
export const identity = '251248-9996';
const patients = { nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' } };
export type Written = Parameters<typeof written.normal>[0];
export const normal = (keys: Written = {}): DicomOptions => written.normal(keys, patients);
export const aimOf = (options: DicomOptions, target: string, timeoutMs = 500): Aim => ({
  check: checkOf('dicom', options, { timeoutMs, depth: written.depth(options) }),
  target,
  secrets: { 'env:NANCY': identity, 'env:TOKEN': 'k3y-to-the-archive', 'env:WRONG': 'n0-key' },
});

/** One run against a peer of its own, which is gone afterwards. */
export const run = async (
  options: DicomOptions,
  peer: (socket: Socket) => void,
  more: {
    readonly timeoutMs?: number;
    readonly tls?: { readonly key: string; readonly cert: string };
    readonly trust?: string;
    readonly secrets?: Aim['secrets'];
  } = {},
): Promise<Measurement> => {
  const stand = await (more.tls === undefined ? tcpStand(peer) : tlsStand(more.tls, peer));
  const aim = aimOf(options, stand.target, more.timeoutMs);
  const asked = more.secrets === undefined ? aim : { ...aim, secrets: more.secrets };
  const signal = AbortSignal.timeout(more.timeoutMs ?? 500);
  const seen = await dicom(asked, contextHere(more.trust === undefined ? [] : [more.trust])(signal));
  // What was said at the very end is still on its way.
  for (let left = 20; left > 0 && stand.open() > 0; left -= 1) await pause(5);
  await stand.close();
  return seen;
};
/** What a person could come to see of a run, but for its times: any digits may stand in those. */
export const shown = ({ message, transcript, facts }: Measurement): string =>
  JSON.stringify([message, transcript, facts], (_, value: unknown) => (typeof value === 'number' ? 0 : value));
