import type { DialogueStep } from '../../../infra/landscape/kinds/tcp.ts';
import { type Caught, expand, matchIn, nothingCaught } from '../../wire/expand.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { heard, leaving, mismatch, type Talk, told } from './talk.ts';

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const bytesOf = (hex: string): Buffer => {
  const digits = hex.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new ProbeFailure('could-not-run', `expected hexadecimal, got ${hex}`);
  return Buffer.from(digits, 'hex');
};

type Found = { readonly end: number; readonly caught?: Caught };
type Matcher = {
  readonly shown: string;
  readonly failedOn: 'regex' | 'bytes';
  /** Null: not yet. Throws nothing: what can no longer come is told by `never`. */
  readonly find: (bytes: Buffer) => Found | null;
  readonly never?: (bytes: Buffer) => boolean;
};

const byPattern = (source: string): Matcher => {
  const pattern = patternOf(source);
  return { shown: `/${source}/`, failedOn: 'regex', find: (bytes) => matchIn(pattern, bytes.toString('latin1')) };
};
const byBytes = (hex: string): Matcher => {
  const wanted = bytesOf(hex);
  const find = (bytes: Buffer): Found | null => {
    const at = bytes.indexOf(wanted);
    return at < 0 ? null : { end: at + wanted.length };
  };
  return { shown: `bytes ${hex}`, failedOn: 'bytes', find };
};
const byNext = (text: string): Matcher => {
  const wanted = utf8(text);
  const same = (bytes: Buffer): boolean => {
    const length = Math.min(bytes.length, wanted.length);
    return wanted.subarray(0, length).equals(bytes.subarray(0, length));
  };
  return {
    shown: `the bytes "${text}"`,
    failedOn: 'bytes',
    find: (bytes) => (bytes.length >= wanted.length && same(bytes) ? { end: wanted.length } : null),
    never: (bytes) => !same(bytes),
  };
};

type Ready = { readonly is: 'send'; readonly bytes: (caught: Caught) => Buffer } | { readonly is: 'tls' } | Hearing;
type Hearing = { readonly is: 'hear'; readonly matcher: Matcher };

/** A step with all of our own that could be wrong with it found out before anything is dialled. */
export const readied = (step: DialogueStep): Ready => {
  if ('startTls' in step) return { is: 'tls' };
  if ('send' in step) {
    const plain = utf8(step.send);
    // What was caught are bytes read as latin1, and go back as the bytes they were.
    const filled = (caught: Caught): Buffer => Buffer.from(expand(plain.toString('latin1'), caught), 'latin1');
    return { is: 'send', bytes: step.expand === true ? filled : () => plain };
  }
  if ('sendHex' in step) {
    const bytes = bytesOf(step.sendHex);
    return { is: 'send', bytes: () => bytes };
  }
  if ('expect' in step) return { is: 'hear', matcher: byPattern(step.expect) };
  return { is: 'hear', matcher: 'expectHex' in step ? byBytes(step.expectHex) : byNext(step.expectBytes) };
};

const hear = async ({ ear, notes }: Talk, { shown, failedOn, find, never }: Matcher): Promise<Caught | undefined> => {
  const wrong = (bytes: Buffer): ProbeFailure => {
    if (bytes.length > 0) notes.fact('failedOn', failedOn);
    return mismatch(shown, bytes);
  };
  notes.ifLate(() => wrong(ear().unread()));
  return await ear().hear<Caught | undefined>(
    (unread) => {
      const found = find(unread);
      if (found === null && never?.(unread) === true) throw wrong(unread);
      if (found === null) return null;
      heard(notes, unread.subarray(0, found.end));
      return { value: found.caught, used: found.end };
    },
    ({ unread, error }) => {
      if (error === null && unread.length > 0) notes.fact('failedOn', failedOn);
      throw leaving(shown, unread, error);
    },
  );
};

/**
 * Holds the declared dialogue. `send` is UTF-8; `expect` sees bytes as latin1 text, and everything up to the end of a
 * match is used up. Named groups of every `expect` are remembered; numbers are those of the last.
 */
export const holdDialogue = async (talk: Talk, steps: readonly Ready[]): Promise<void> => {
  let caught = nothingCaught;
  for (const step of steps) {
    if (step.is === 'tls') await talk.startTls();
    else if (step.is === 'send') talk.send(step.bytes(caught));
    else {
      const now = (await hear(talk, step.matcher)) ?? caught;
      caught = { groups: now.groups, named: { ...caught.named, ...now.named } };
      if (Object.keys(now.named).length > 0) talk.notes.fact('captured', told(caught.named));
    }
  }
};
