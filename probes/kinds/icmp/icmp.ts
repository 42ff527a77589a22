import { optionsOf } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Probe } from '../../observation.ts';
import { addressOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { ping, type Said } from './ping.ts';
import { type Replies, repliesOf, spreadOf } from './replies.ts';

const hostOf = (target: string): string => {
  const host = target.trim().replace(/^\[(.*)\]$/, '$1');
  if (!/^[A-Za-z0-9:][A-Za-z0-9._:-]*$/.test(host)) throw new ProbeFailure('could-not-run', 'expected a target host');
  return host;
};

/** `ping` writes into a packet when it was sent; where that does not fit it tells no times. */
const leastSize = 16;

/** Packets leave at this pace so that all of them, and the answer to the last, fit the deadline. */
const paceOf = (leftMs: number, packets: number): number =>
  packets < 2 ? 0.2 : Math.max(0.002, Math.min(0.2, leftMs / 2000 / (packets - 1)));

/** Without a single echo: whose fault that is. */
const silence = ({ refused, ours }: Replies, { code }: Said): ProbeFailure => {
  if (refused !== null)
    return new ProbeFailure('unreachable', `expected an echo, got "${excerpt(refused)}" from the way`);
  if (ours !== null && /unreachable|No route/i.test(ours))
    return new ProbeFailure('unreachable', `expected a way, got "${excerpt(ours)}"`);
  if (ours !== null || (code ?? 1) > 1)
    return new ProbeFailure('could-not-run', `cannot send from here: ${excerpt(ours ?? `ping ended with ${code}`)}`);
  return new ProbeFailure('no-answer', 'expected an echo, got none in time');
};

/** Echo requests to one address: how many came back, how fast, and over how many hops. */
export const icmp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const {
      packets = 3,
      size = 56,
      hopLimit = null,
      family,
      dontFragment = false,
      maxLoss,
    } = optionsOf(aim.check, 'icmp');
    const host = hostOf(aim.target);
    if (size < leastSize)
      throw new ProbeFailure('could-not-run', `expected at least ${leastSize} bytes of data, got ${size}`);
    const began = context.now();
    notes.enter('resolve');
    const address = await addressOf(host, context, family);
    permit(context, { host, address, port: 0 });
    notes.fact('address', address);
    notes.enter('processing');
    const left = (context.withinMs ?? aim.check.timeoutMs) - (context.now() - began);
    const intervalS = paceOf(left, packets);
    // It must have told all it saw before the deadline: a packet that is out until then is lost.
    const early = AbortSignal.any([context.signal, AbortSignal.timeout(Math.max(1, Math.floor(left * 0.9 - 20)))]);
    const said = await ping({
      address,
      source: context.source,
      packets,
      size,
      hopLimit,
      dontFragment,
      intervalS,
      signal: early,
    });
    context.signal.throwIfAborted();
    const replies = repliesOf(said.text);
    notes.say(excerpt(said.text, 800));
    if (replies.times.length === 0) throw silence(replies, said);
    notes.reach('transport');
    const loss = (1 - replies.times.length / packets) * 100;
    const spread = spreadOf(replies.times);
    notes.fact('icmp', { sent: packets, received: replies.times.length, ...spread, hopLimit: replies.hopLimit });
    notes.signal('loss', loss);
    for (const [name, value] of Object.entries(spread)) notes.signal(`rtt-${name}`, value);
    if (loss > (maxLoss ?? 0))
      throw new ProbeFailure(
        'packet-loss',
        `expected at most ${maxLoss ?? 0} % of ${packets} packets lost, got ${loss.toFixed(0)} %`,
      );
    notes.asserted();
  });
