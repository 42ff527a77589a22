import { connect } from 'node:net';
import type { Vantage, VantageId } from '../infra/landscape/model.ts';
import type { ContextOf } from './attempt.ts';
import { monotonic, setTimer as realTimer, type SetTimer } from './clock.ts';
import type { ProbeContext } from './observation.ts';
import { addressOf, endpointOf } from './wire/dial.ts';

/** Bad runs come in flocks; one round answers for all of them. */
const restMs = 250;

export type Answered = { readonly vantage: VantageId; readonly at: number; readonly wall: number };

type Options = {
  readonly now?: () => number;
  readonly wall?: () => number;
  readonly setTimer?: SetTimer;
  readonly reach?: (anchor: string, context: ProbeContext) => Promise<void>;
};

/** Connects and leaves; only an accepted connection proves the way there and back. */
const reachByTcp = async (anchor: string, context: ProbeContext): Promise<void> => {
  const { host, port } = endpointOf(anchor);
  const address = await addressOf(host, context);
  context.signal.throwIfAborted();
  const local = context.source === null ? {} : { localAddress: context.source };
  const socket = connect({ host: address, port, autoSelectFamily: false, ...local });
  const ended = () => socket.destroy(new Error('the round ended'));
  context.signal.addEventListener('abort', ended, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.on('error', reject);
    });
  } finally {
    context.signal.removeEventListener('abort', ended);
    socket.destroy();
  }
};

/**
 * Asks a vantage's neighbours every so often whether the vantage itself is connected, and at once when `confirm` says
 * that a run was bad. Tells the moment at which a round that was answered had begun: a bad run that ended before then
 * cannot be blamed on the vantage.
 */
export const createAnchors = (
  vantage: Vantage,
  contextOf: ContextOf,
  answered: (answer: Answered) => void,
  { now = monotonic, wall = Date.now, setTimer = realTimer, reach = reachByTcp }: Options = {},
) => {
  const stopping = new AbortController();
  let cancel = (): void => undefined;
  let going = false;
  let again = false;
  let began = Number.NEGATIVE_INFINITY;

  const round = async (): Promise<void> => {
    going = true;
    again = false;
    began = now();
    const begun = { vantage: vantage.id, at: began, wall: wall() };
    const over = new AbortController();
    const late = setTimer(vantage.anchorTimeoutMs, () => over.abort(new DOMException('late', 'TimeoutError')));
    const signal = AbortSignal.any([over.signal, stopping.signal]);
    try {
      await Promise.any(vantage.anchors.map((anchor) => reach(anchor, contextOf(signal))));
      if (!stopping.signal.aborted) answered(begun);
    } catch {
      // Silence is the message: whoever judges sees that no answer came.
    } finally {
      late();
      over.abort();
      going = false;
      if (!stopping.signal.aborted) wait(again ? restMs : vantage.anchorIntervalMs);
    }
  };
  /** The next round, so long after the start of the last one. */
  const wait = (ms: number): void => {
    cancel();
    cancel = setTimer(Math.max(0, began + ms - now()), () => void round());
  };

  return {
    start: (): void => {
      if (vantage.anchors.length > 0) void round();
    },
    confirm: (): void => {
      if (vantage.anchors.length === 0 || stopping.signal.aborted) return;
      if (going) again = true;
      else wait(restMs);
    },
    stop: (): void => {
      stopping.abort();
      cancel();
    },
  };
};
