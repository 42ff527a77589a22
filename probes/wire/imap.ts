import type { Socket } from 'node:net';
import { excerpt } from '../discretion/redact.ts';
import { kilobytes, type Limits, listen } from './dialogue.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';

const limits: Limits = { unread: 64 * kilobytes, all: 512 * kilobytes };
const literalLimit = 16 * kilobytes;
const mostLiterals = 16;
const mostLines = 1000;
const toldLines = 8;

export type Shown = (said: string) => string;
/** How a command ended, and what was said on the way. */
export type Ended = {
  readonly status: 'OK' | 'NO' | 'BAD';
  readonly text: string;
  readonly untagged: readonly string[];
};
export type Greeting = { readonly status: 'OK' | 'PREAUTH' | 'BYE'; readonly text: string };

export type Imap = {
  readonly greeting: () => Promise<Greeting>;
  /**
   * Sends a command under a new tag and waits for its end. `shown` is said instead where it is a secret; `more` is sent
   * when the server asks for it.
   */
  readonly ask: (command: string, how?: { readonly shown?: string; readonly more?: string }) => Promise<Ended>;
  readonly release: () => void;
};

/** IMAP over a connection, a command at a time (RFC 9051). */
export const speakImap = (socket: Socket, notes: Notes, shown: Shown = excerpt): Imap => {
  const ear = listen(socket, limits);
  let count = 0;
  /** A line and the literals in it. */
  const line = async (what: string): Promise<string> => {
    let text = await ear.line(what);
    for (let literals = 0; ; literals += 1) {
      const size = /\{(\d{1,10})\+?\}$/.exec(text)?.[1];
      if (size === undefined) return text;
      if (Number(size) > literalLimit || literals >= mostLiterals)
        throw new ProbeFailure('answer-too-large', `expected ${what} of a few lines, got much more`);
      text += `\r\n${(await ear.bytes(Number(size), what)).toString('latin1')}${await ear.line(what)}`;
    }
  };
  const strange = (what: string, said: string) =>
    new ProbeFailure('protocol-error', `expected ${what}, got "${shown(said)}"`);

  const greeting: Imap['greeting'] = async () => {
    const said = await line('a greeting');
    const match = /^\* (OK|PREAUTH|BYE)(?: (.*))?$/is.exec(said);
    if (match === null) throw strange('a greeting', said);
    notes.reach('protocol');
    notes.say(`< ${shown(said)}`);
    // Safe: one of the three the expression allows.
    return { status: match[1]?.toUpperCase() as Greeting['status'], text: match[2] ?? '' };
  };

  const ended = async (tag: string, what: string, more: string | undefined): Promise<Ended> => {
    const untagged: string[] = [];
    let asked = more;
    for (;;) {
      const said = await line(what);
      if (untagged.length < toldLines || !said.startsWith('* ')) notes.say(`< ${shown(said)}`);
      if (/^\* BYE\b/i.test(said) && !what.endsWith('LOGOUT'))
        throw new ProbeFailure('rejected', `expected ${what}, got ${shown(said.slice(2))}`);
      if (said.startsWith('* ')) untagged.push(said.slice(2));
      else if (/^\+(?: |$)/.test(said) && asked !== undefined) {
        socket.write(`${asked}\r\n`);
        asked = undefined;
      } else {
        const match = /^(\S+) (OK|NO|BAD)(?: (.*))?$/is.exec(said);
        if (match?.[1] !== tag) throw strange(what, said);
        // Safe: one of the three the expression allows.
        const status = match[2]?.toUpperCase() as Ended['status'];
        // Who is content before all was said has looked at none of it.
        if (asked !== undefined && status === 'OK') throw strange(`${what} that asks for more first`, said);
        return { status, text: match[3] ?? '', untagged };
      }
      if (untagged.length > mostLines)
        throw new ProbeFailure('answer-too-large', `expected ${what} of at most ${mostLines} lines, got more`);
    }
  };

  return {
    greeting,
    ask: async (command, { shown: instead, more } = {}) => {
      count += 1;
      const tag = `f${count}`;
      notes.say(`> ${tag} ${instead ?? command}`);
      socket.write(`${tag} ${command}\r\n`);
      return await ended(tag, `an answer to ${instead ?? command}`, more);
    },
    release: ear.release,
  };
};

export const welcomed = async (imap: Imap, shown: Shown = excerpt): Promise<Greeting> => {
  const greeting = await imap.greeting();
  if (greeting.status === 'BYE')
    throw new ProbeFailure('rejected', `expected a greeting OK, got BYE ${shown(greeting.text)}`);
  return greeting;
};

/** Asks for TLS; after it the connection is ready for the handshake. */
export const askForTls = async (imap: Imap, greeting: Greeting, shown: Shown = excerpt): Promise<void> => {
  // A session that counts as logged in cannot become secret any more (RFC 9051 §6.2.1).
  if (greeting.status === 'PREAUTH')
    throw new ProbeFailure('tls-not-offered', 'expected a greeting OK and STARTTLS, got PREAUTH');
  const { status, text } = await imap.ask('STARTTLS');
  if (status !== 'OK')
    throw new ProbeFailure('tls-not-offered', `expected OK to STARTTLS, got ${status} ${shown(text)}`);
  imap.release();
};
