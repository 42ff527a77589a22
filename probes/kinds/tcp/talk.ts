import type { Socket } from 'node:net';
import { refusePerson } from '../../discretion/person.ts';
import { excerpt, excerptOfPart, redact } from '../../discretion/redact.ts';
import type { Probe } from '../../observation.ts';
import { type Ear, listen } from '../../wire/dialogue.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { type Identity, secure } from '../../wire/handshake.ts';
import type { Notes } from '../../wire/measure.ts';

export type At = { readonly context: Parameters<Probe>[1]; readonly notes: Notes };

/** A connection in the middle of a dialogue; TLS begins on it where a step says so. */
export type Talk = {
  readonly notes: Notes;
  readonly ear: () => Ear;
  /** Nothing is sent that may be a person's number, also where a peer said it first. */
  readonly send: (bytes: Buffer) => void;
  readonly startTls: () => Promise<void>;
};

export const talkOver = (connection: Socket, identity: Identity, at: At): Talk => {
  const { notes } = at;
  let socket = connection;
  let ear = listen(socket);
  notes.enter('processing');
  return {
    notes,
    ear: () => ear,
    send: (bytes) => {
      refusePerson([bytes.toString('latin1')], null);
      notes.say(`> ${excerpt(bytes, 400)}`);
      socket.write(bytes);
    },
    startTls: async () => {
      ear.release();
      socket = await secure(socket, identity, at);
      ear = listen(socket);
      notes.enter('processing');
    },
  };
};

export const heard = (notes: Notes, bytes: Buffer): void => {
  notes.say(`< ${excerptOfPart(bytes, 400)}`);
  notes.reach('protocol');
  notes.asserted();
  notes.ifLate(null);
};

/** What is not the expected; nothing at all is no answer. */
export const mismatch = (shown: string, bytes: Buffer): ProbeFailure =>
  bytes.length === 0
    ? new ProbeFailure('no-answer', `expected ${shown}, got nothing`)
    : new ProbeFailure('unexpected-answer', `expected ${shown}, got "${excerptOfPart(bytes)}"`);

/** What a peer that left means to somebody who still waited. */
export const leaving = (shown: string, unread: Buffer, error: Error | null): Error => {
  if (error !== null) return error;
  return unread.length > 0
    ? mismatch(shown, unread)
    : new ProbeFailure('closed-early', `expected ${shown}, got a closed connection`);
};

const capturedLimit = 1024;
/** Texts that were caught, fit to be shown. */
export const told = (captured: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(captured).map(([name, value]) => [name, redact(value.slice(0, capturedLimit))]));
