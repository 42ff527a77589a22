import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { MllpOptions } from '../../../infra/landscape/kinds/mllp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Aim, Probe } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { piecesOf } from '../../wire/pieces.ts';
import { secretOf } from '../../wire/secret.ts';
import { openStream } from '../../wire/stream.ts';
import { createFrames, type Frames, framed } from './frames.ts';
import { acceptance, compose, type Outgoing } from './message.ts';
import { codeWords, describe, troubleWords } from './said.ts';
import { type Acknowledgement, acknowledgementIn, type ReadMessage, readMessage } from './segments.ts';

/** Everything a peer may send in one run. */
const answerLimit = 256 * 1024;
/** How long a peer has at most to close its side of a finished conversation before it is closed for it. */
const farewellMs = 100;
/** A second attempt has at least this part of the timeout: a farewell must never make an answer late. */
const safePart = 0.4;

type Heard = { readonly message: ReadMessage; readonly acknowledgement: Acknowledgement };
type Talk = {
  readonly socket: Socket;
  readonly options: MllpOptions;
  readonly out: Outgoing;
  readonly next: (wanted: string) => Promise<Buffer>;
  readonly notes: Notes;
};

const listen = (socket: Socket, frames: Frames, notes: Notes) => {
  socket.once('data', () => notes.enter('transfer'));
  const next = piecesOf(socket, frames, notes);
  const late = (wanted: string): ProbeFailure => {
    const broken = frames.broken();
    if (broken === null) return new ProbeFailure('no-answer', `expected ${wanted}, got none in time`);
    return broken.reason === 'closed-early' ? new ProbeFailure('no-answer', `${broken.message} in time`) : broken;
  };
  const closed = (wanted: string): ProbeFailure =>
    frames.broken() ?? new ProbeFailure('closed-early', `expected ${wanted}, got a closed connection`);
  return (wanted: string): Promise<Buffer> => next({ late: () => late(wanted), closed: () => closed(wanted) });
};

/** One acknowledgement of our own message, whatever its code. */
const hear = async ({ next, out, notes }: Talk, wanted: string): Promise<Heard> => {
  const frame = await next(wanted);
  const message = readMessage(frame);
  if (message === null)
    throw new ProbeFailure('protocol-error', `expected an HL7 message, got ${frame.length} bytes that are none`);
  const acknowledgement = acknowledgementIn(message);
  notes.say(`< ${describe(message, acknowledgement)}`);
  if (acknowledgement === null)
    throw new ProbeFailure('unexpected-answer', `expected a segment MSA, got ${describe(message, null)}`);
  if (!/^[AC][AER]$/.test(acknowledgement.code))
    throw new ProbeFailure('unexpected-answer', `expected a code of MSA-1, got ${codeWords(acknowledgement.code)}`);
  if (acknowledgement.control !== out.control)
    throw new ProbeFailure(
      'mismatched-answer',
      `expected MSA-2 to be ${out.control}, got ${acknowledgement.control === '' ? 'nothing' : 'another control id'}`,
    );
  notes.reach('protocol');
  return { message, acknowledgement };
};

/** In enhanced mode the kind of acknowledgement is part of what was asked for: A of an application, C of a queue. */
const ofKind = (heard: Heard, kind: 'A' | 'C'): void => {
  const { code } = heard.acknowledgement;
  if (code.startsWith(kind)) return;
  const wanted =
    kind === 'A' ? 'an application acknowledgement (AA, AE, AR)' : 'an accept acknowledgement (CA, CE, CR)';
  throw new ProbeFailure('unexpected-answer', `expected ${wanted}, got ${codeWords(code)}`);
};

const accepted = ({ message, acknowledgement }: Heard, { options, out, notes }: Talk): boolean => {
  const { code } = acknowledgement;
  if (code.endsWith('A')) return true;
  const trouble = troubleWords(acknowledgement, message, out.personal);
  const got = `${codeWords(code)}${trouble === '' ? '' : `: ${trouble}`}`;
  if (options.level === 'accepted') throw new ProbeFailure('rejected', `expected ${code[0] ?? 'A'}A, got ${got}`);
  notes.say(`not accepted, which was not asked for: ${got}`);
  return false;
};

/** Without enhanced mode a peer that commits only has not said that an application took the message. */
const original = ({ acknowledgement }: Heard, { options }: Talk): void => {
  if (options.level === 'accepted' && acknowledgement.code.startsWith('C'))
    throw new ProbeFailure(
      'unexpected-answer',
      `expected an acknowledgement of original mode (AA, AE, AR), got ${codeWords(acknowledgement.code)}`,
    );
};

const converse = async (talk: Talk, now: () => number): Promise<void> => {
  const { socket, options, out, notes } = talk;
  const { enhanced, level } = options;
  notes.enter('processing');
  const sent = now();
  const seconds = () => (now() - sent) / 1000;
  socket.write(framed(out.bytes));
  const first = await hear(talk, 'an acknowledgement');
  if (enhanced === undefined) original(first, talk);
  else ofKind(first, enhanced === 'application' ? 'A' : 'C');
  const took = seconds();
  const taken = accepted(first, talk);
  notes.signal('acknowledgement', took);
  let last = first;
  // After CE or CR no application gets to see the message.
  if (enhanced === 'both' && taken) {
    last = await hear(talk, 'an application acknowledgement');
    ofKind(last, 'A');
    const { own } = last.acknowledgement;
    if (/^(?:AL|SU)$/.test(own.accept))
      socket.write(framed(acceptance(options, own.control.slice(0, 199), new Date())));
    accepted(last, talk);
    notes.signal('application', seconds());
  }
  if (level !== 'accepted') return;
  const worked = options.message !== undefined && last.acknowledgement.code === 'AA';
  notes.reach(worked ? 'transaction' : 'session');
};

/** Half of the connection is closed and the peer may close the other: one-connection peers then wait for the next. */
const farewell = async (socket: Socket, withinMs: number): Promise<void> => {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.resume();
  socket.end();
  const patience = new AbortController();
  const { signal } = patience;
  await Promise.race([closed, pause(Math.max(0, Math.min(withinMs, farewellMs)), undefined, { signal })]);
  patience.abort();
};

const outgoingOf = (aim: Aim, options: MllpOptions): Outgoing => {
  const identity = options.patient === undefined ? null : secretOf(aim, options.patient.identity);
  return compose(options, identity, new Date());
};

/** HL7 v2 over MLLP: connects, sends one message, wants it acknowledged. See `level` for how far a good run goes. */
export const mllp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const began = context.now();
    const options = optionsOf(aim.check, 'mllp');
    const endpoint = endpointOf(aim.target);
    // Composed before anything is dialled: what must not be sent must not even knock.
    const out = options.level === 'connect' ? null : outgoingOf(aim, options);
    const socket = await openStream(endpoint, { ...options, tls: options.tls === true }, { aim, context, notes });
    if (out !== null) {
      const frames = createFrames(answerLimit);
      const next = listen(socket, frames, notes);
      const ours = readMessage(out.bytes);
      if (ours !== null) notes.say(`> ${describe(ours, null)}`);
      await converse({ socket, options, out, next, notes }, context.now);
      if (frames.junk() > 0) notes.say(`${frames.junk()} bytes between frames were passed over`);
    }
    notes.ifLate(null);
    await farewell(socket, safePart * aim.check.timeoutMs - (context.now() - began));
  });
