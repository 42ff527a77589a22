import type { Duplex } from 'node:stream';
import type { WebsocketStep } from '../../../infra/landscape/kinds/websocket.ts';
import { refusePerson } from '../../discretion/person.ts';
import type { Shown } from '../../discretion/shown.ts';
import { celOf } from '../../wire/cel.ts';
import { type Caught, expand, matchIn, nothingCaught } from '../../wire/expand.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { type Frames, framesOf, politely } from '../../wire/frames.ts';
import type { Notes } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { createAssembly, decodeFrame, encodeFrame, frameLength, type Message, opcodes } from './codec.ts';

const messageLimit = 256 * 1024;
/** With pings and parts; no dialogue takes more. */
const frameCount = 1000;

type Matcher = {
  readonly shown: string;
  readonly failedOn: 'regex' | 'cel';
  /** What it caught; null when the message is not the one. */
  readonly of: (message: Message) => Caught | null | Promise<Caught | null>;
};

const textOf = ({ text, bytes }: Message): string => bytes.toString(text ? 'utf8' : 'latin1');

const holdsCel = async (source: string, message: Message): Promise<boolean> => {
  const text = textOf(message);
  // As many values as there can be: each but the first stands behind one of these.
  const program = await celOf(source, (text.match(/[[,:]/g)?.length ?? 0) + 1);
  try {
    return program(JSON.parse(text)) === true;
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    return false;
  }
};

type Heard = { readonly among: number; readonly matcher: Matcher };
type Spoken = { readonly opcode: 1 | 2; readonly text: string; readonly expanded: boolean };
export type Ready = Heard | Spoken;

/** A step with all of our own that could be wrong with it found out before anything is dialled. */
export const readied = async (step: WebsocketStep): Promise<Ready> => {
  if ('send' in step) return { opcode: opcodes.text, text: step.send, expanded: step.expand === true };
  if ('sendHex' in step)
    return { opcode: opcodes.binary, text: Buffer.from(step.sendHex, 'hex').toString('latin1'), expanded: false };
  const { among } = step;
  if ('expect' in step) {
    const pattern = patternOf(step.expect);
    const of = (message: Message) => matchIn(pattern, textOf(message))?.caught ?? null;
    return { among, matcher: { shown: `/${step.expect}/`, failedOn: 'regex', of } };
  }
  // A broken one is found out here.
  await celOf(step.json, 0);
  const of = async (message: Message): Promise<Caught | null> =>
    (await holdsCel(step.json, message)) ? nothingCaught : null;
  return { among, matcher: { shown: `JSON in which ${step.json}`, failedOn: 'cel', of } };
};

const closing = (payload: Buffer, shown: Shown): ProbeFailure => {
  const why = payload.length > 2 ? `: ${shown(payload.subarray(2))}` : '';
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : 'no code';
  return new ProbeFailure('closed-early', `expected a message, got a close with ${code}${why}`);
};

/** Messages in both directions; pings are answered, and a peer that closes is let go. */
const converse = (socket: Duplex, shown: Shown) => {
  const frames: Frames = framesOf(socket, {
    lengthOf: frameLength,
    frameLimit: messageLimit + 10,
    countLimit: frameCount,
    what: 'a message',
  });
  const assemble = createAssembly(messageLimit);
  return {
    send: (opcode: 1 | 2, payload: Buffer): void => void socket.write(encodeFrame(opcode, payload)),
    next: async (): Promise<Message> => {
      for (;;) {
        const frame = decodeFrame(await frames.next());
        if (frame.opcode === opcodes.ping) socket.write(encodeFrame(opcodes.pong, frame.payload));
        else if (frame.opcode === opcodes.close) {
          socket.write(encodeFrame(opcodes.close, frame.payload.subarray(0, 2)));
          throw closing(frame.payload, shown);
        } else if (frame.opcode !== opcodes.pong) {
          const message = assemble(frame);
          if (message !== null) return message;
        }
      }
    },
    /** Says goodbye and waits for the answer, as RFC 6455 §7 has it; a peer that just leaves has left too. */
    close: async (): Promise<void> => {
      socket.write(encodeFrame(opcodes.close, Buffer.from([0x03, 0xe8])));
      const answered = async (): Promise<void> => {
        while (decodeFrame(await frames.next()).opcode !== opcodes.close);
      };
      await politely(answered());
      socket.end();
    },
  };
};
type Talk = ReturnType<typeof converse>;
type Told = { readonly notes: Notes; readonly shown: Shown };

const hear = async (talk: Talk, { among, matcher }: Heard, { notes, shown }: Told): Promise<Caught> => {
  notes.ifLate(() => new ProbeFailure('no-answer', `expected a message, ${matcher.shown}, got none in time`));
  let last = '';
  for (let left = among; left > 0; left -= 1) {
    const message = await talk.next();
    last = shown(message.bytes);
    notes.say(`< ${shown(message.bytes, 400)}`);
    const match = await matcher.of(message);
    if (match === null) continue;
    notes.ifLate(null);
    notes.asserted();
    return match;
  }
  notes.fact('failedOn', matcher.failedOn);
  throw new ProbeFailure(
    'unexpected-answer',
    `expected ${among === 1 ? 'a message' : `one of ${among} messages`}, ${matcher.shown}, got "${last}"`,
  );
};

const speak = (talk: Talk, { opcode, text, expanded }: Spoken, caught: Caught, { notes, shown }: Told): void => {
  const said = expanded ? expand(text, caught) : text;
  refusePerson([said], null);
  const bytes = Buffer.from(said, opcode === opcodes.text ? 'utf8' : 'latin1');
  notes.say(`> ${shown(bytes, 400)}`);
  talk.send(opcode, bytes);
};

/** Holds the declared dialogue, then closes as the protocol asks. */
export const holdDialogue = async (socket: Duplex, steps: readonly Ready[], told: Told): Promise<void> => {
  const talk = converse(socket, told.shown);
  let caught = nothingCaught;
  for (const step of steps) {
    if ('matcher' in step) {
      const now = await hear(talk, step, told);
      // JSON catches nothing: what was caught before it stands.
      if (now !== nothingCaught) caught = { groups: now.groups, named: { ...caught.named, ...now.named } };
    } else speak(talk, step, caught, told);
  }
  const kept = Object.entries(caught.named).map(([name, value]) => [name, told.shown(value)]);
  if (kept.length > 0) told.notes.fact('captured', Object.fromEntries(kept));
  await talk.close();
};
