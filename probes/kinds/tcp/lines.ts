import type { RE2JS } from 're2js';
import type { LineStep } from '../../../infra/landscape/kinds/tcp.ts';
import { excerptOfPart } from '../../discretion/redact.ts';
import { type Caught, expand, matchIn } from '../../wire/expand.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { heard, leaving, mismatch, type Talk, told } from './talk.ts';

/** Of lines that do not match; no greeting is longer. */
const mostLines = 10_000;

type Line = { readonly bytes: Buffer; readonly text: string };
export type ReadyLine = { readonly step: LineStep; readonly pattern: RE2JS | null };

/** A step with all of our own that could be wrong with it found out before anything is dialled. */
export const readiedLine = (step: LineStep): ReadyLine => ({
  step,
  pattern: step.expect === undefined ? null : patternOf(step.expect),
});

const lineOf = (bytes: Buffer): Line => {
  // A copy: what is unread is written over.
  const own = Buffer.from(bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes);
  return { bytes: own, text: own.toString('utf8') };
};

/** The next line without its end; what stands before the peer's end is one too. Null when the peer has left. */
const nextLine = async ({ ear }: Talk): Promise<Line | null> => {
  let seen = 0;
  return await ear().hear<Line | null>(
    (unread) => {
      const end = unread.indexOf(10, seen);
      seen = unread.length;
      return end < 0 ? null : { value: lineOf(unread.subarray(0, end)), used: end + 1 };
    },
    ({ unread, error }) => {
      if (error !== null) throw error;
      return unread.length === 0 ? null : lineOf(ear().take());
    },
  );
};

/** Lines are read until one matches. */
const hearLine = async (talk: Talk, pattern: RE2JS, shown: string): Promise<Caught> => {
  let last: Line | null = null;
  const wrong = (): ProbeFailure =>
    last === null
      ? mismatch(shown, talk.ear().unread())
      : new ProbeFailure('unexpected-answer', `expected ${shown}, got "${excerptOfPart(last.bytes)}"`);
  talk.notes.ifLate(wrong);
  for (let count = 0; count < mostLines; count += 1) {
    const line = await nextLine(talk);
    if (line === null) {
      talk.notes.fact('failedOn', 'regex');
      throw last === null ? leaving(shown, Buffer.alloc(0), null) : wrong();
    }
    const found = matchIn(pattern, line.text);
    if (found !== null) {
      heard(talk.notes, line.bytes);
      return found.caught;
    }
    talk.notes.say(`< ${excerptOfPart(line.bytes, 400)}`);
    // An empty line says less of what was said than the one before it.
    if (last === null || line.bytes.length > 0) last = line;
  }
  throw new ProbeFailure('answer-too-large', `expected ${shown} among ${mostLines} lines, got more`);
};

/** Exactly as many bytes as are expected are read. */
const hearBytes = async ({ ear, notes }: Talk, wanted: Buffer): Promise<void> => {
  const shown = `the bytes "${excerptOfPart(wanted)}"`;
  notes.ifLate(() => mismatch(shown, ear().unread()));
  await ear().hear<null>(
    (unread) => {
      if (unread.length < wanted.length) return null;
      const got = unread.subarray(0, wanted.length);
      if (!got.equals(wanted)) {
        notes.fact('failedOn', 'bytes');
        throw mismatch(shown, got);
      }
      heard(notes, got);
      return { value: null, used: wanted.length };
    },
    ({ unread, error }) => {
      throw leaving(shown, unread, error);
    },
  );
};

/**
 * Holds a dialogue line by line, as blackbox_exporter does: in every step first `expect` or `expectBytes`, then `send`
 * with a line feed, then TLS. Lines are UTF-8.
 */
export const holdLines = async (talk: Talk, steps: readonly ReadyLine[]): Promise<void> => {
  let captured: Readonly<Record<string, string>> = {};
  for (const { step, pattern } of steps) {
    let { send = '' } = step;
    const encoding = step.raw === true ? 'latin1' : 'utf8';
    if (pattern !== null) {
      const caught = await hearLine(talk, pattern, `a line with /${step.expect ?? ''}/`);
      send = expand(send, caught);
      const labels = (step.labels ?? []).map(({ name, value }) => [name, expand(value, caught)]);
      captured = { ...captured, ...Object.fromEntries(labels) };
      if (step.labels !== undefined) talk.notes.fact('captured', told(captured));
    }
    if (step.expectBytes !== undefined && step.expectBytes !== '')
      await hearBytes(talk, Buffer.from(step.expectBytes, encoding));
    if (send !== '') talk.send(Buffer.from(`${send}\n`, encoding));
    if (step.startTls === true) await talk.startTls();
  }
};
