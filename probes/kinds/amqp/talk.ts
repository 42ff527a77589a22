import type { Socket } from 'node:net';
import type { Shown } from '../../discretion/shown.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { framesOf, politely } from '../../wire/frames.ts';
import type { Notes } from '../../wire/measure.ts';
import { codeName, reasonOf } from './codes.ts';
import { decodeFrame, type Frame, frameLength } from './frames.ts';
import { channelCloseOk, close, closeOk } from './methods.ts';

export const largestFrame = 128 * 1024;
const frameCount = 1000;
type Named<K extends Frame['is']> = Extract<Frame, { readonly is: K }>;

/** Frames of one connection. A broker that closes it or the channel is answered, and is the failure. */
export const converse = (socket: Socket, notes: Notes, shown: Shown) => {
  const frames = framesOf(socket, {
    lengthOf: frameLength,
    frameLimit: largestFrame + 8,
    countLimit: frameCount,
    what: 'a frame',
  });
  let loggingIn = true;
  /** What is owed to the broker so that it does not take our leaving for a fault. */
  let goodbye: Buffer | null = null;
  notes.hold(() => {
    if (goodbye !== null && socket.writable) socket.write(goodbye);
  });
  const refused = (wanted: string, { code, text }: { readonly code: number; readonly text: string }): ProbeFailure => {
    const why = text === '' ? '' : `: ${shown(text)}`;
    return new ProbeFailure(reasonOf(code, loggingIn), `expected ${wanted}, got ${codeName(code)} (${code})${why}`);
  };
  /** What a broker may say at any time; anything else is an answer. */
  const interruptions: { readonly [K in Frame['is']]?: (frame: Named<K>, wanted: string) => void } = {
    heartbeat: () => undefined,
    unblocked: () => undefined,
    version: ({ version }) => {
      throw new ProbeFailure('unexpected-version', `expected AMQP 0-9-1, got a broker of ${version}`);
    },
    close: (frame, wanted) => {
      goodbye = closeOk();
      throw refused(wanted, frame);
    },
    'channel-close': (frame, wanted) => {
      goodbye = Buffer.concat([channelCloseOk(), close()]);
      throw refused(wanted, frame);
    },
    blocked: ({ why }) => {
      throw new ProbeFailure(
        'not-serving',
        `expected a broker that takes messages, got one that is blocked: ${shown(why)}`,
      );
    },
    return: (frame, wanted) => {
      throw refused(wanted, frame);
    },
  };
  const next = async (wanted: string): Promise<Frame> => {
    for (;;) {
      const frame = decodeFrame(await frames.next());
      notes.reach('protocol');
      // The table says for each name what takes it; which one this is the compiler cannot follow.
      const interruption = interruptions[frame.is] as ((frame: Frame, wanted: string) => void) | undefined;
      if (interruption === undefined) return frame;
      interruption(frame, wanted);
    }
  };
  return {
    send: (bytes: Buffer, what: string): void => {
      notes.say(`> ${what}`);
      socket.write(bytes);
    },
    /** The one frame that answers; `wanted` is how that is called in a failure. */
    want: async <K extends Frame['is']>(is: K, wanted: string): Promise<Named<K>> => {
      notes.ifLate(() => new ProbeFailure('no-answer', `expected ${wanted}, got no answer in time`));
      const frame = await next(wanted);
      notes.say(`< ${frame.is}`);
      if (frame.is !== is) throw new ProbeFailure('protocol-error', `expected ${is}, got ${frame.is}`);
      // Safe: just compared.
      return frame as Named<K>;
    },
    /** From here on a refused access is one to something, and leaving asks for a goodbye. */
    letIn: (): void => {
      loggingIn = false;
      goodbye = close();
    },
    close: async (): Promise<void> => {
      notes.ifLate(null);
      goodbye = null;
      socket.write(close());
      const closed = async (): Promise<void> => {
        while ((await next('a goodbye')).is !== 'close-ok');
      };
      await politely(closed());
      socket.end();
    },
  };
};
export type Talk = ReturnType<typeof converse>;
