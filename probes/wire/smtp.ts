import { isIPv6, type Socket } from 'node:net';
import { excerpt } from '../discretion/redact.ts';
import { type Ear, kilobytes, type Limits, listen } from './dialogue.ts';
import { ProbeFailure } from './failure.ts';
import type { Notes } from './measure.ts';
import { plainAddress } from './permit.ts';

/** A line of 512 is the rule (RFC 5321 §4.5.3.1); more is passed over. */
const limits: Limits = { unread: 8 * kilobytes, all: 64 * kilobytes };
const mostLines = 128;

export type Reply = { readonly code: number; readonly lines: readonly string[] };
export type Shown = (said: string) => string;

export type Smtp = {
  /** The next reply, all its lines. */
  readonly reply: (what: string) => Promise<Reply>;
  /** Sends a line and waits for its reply; `shown` is said instead where the line is a secret. */
  readonly ask: (line: string, shown?: string) => Promise<Reply>;
  readonly release: () => void;
};

const one = async (ear: Ear, what: string): Promise<{ code: number; more: boolean; text: string }> => {
  const line = await ear.line(what);
  const match = /^([2-5]\d\d)([ -]?)(.*)$/.exec(line);
  if (match === null || (match[2] === '' && match[3] !== ''))
    throw new ProbeFailure('protocol-error', `expected ${what}, got "${excerpt(line)}"`);
  return { code: Number(match[1]), more: match[2] === '-', text: match[3] ?? '' };
};

/** SMTP over a connection, a reply at a time (RFC 5321 §4.2). */
export const speakSmtp = (socket: Socket, notes: Notes, shown: Shown = excerpt): Smtp => {
  const ear = listen(socket, limits);
  const reply: Smtp['reply'] = async (what) => {
    const first = await one(ear, what);
    const lines = [first.text];
    for (let { more } = first; more; ) {
      const next = await one(ear, what);
      if (next.code !== first.code || lines.length >= mostLines)
        throw new ProbeFailure('protocol-error', `expected ${what} in one piece, got ${first.code} and ${next.code}`);
      lines.push(next.text);
      more = next.more;
    }
    notes.reach('protocol');
    for (const [at, text] of lines.entries())
      notes.say(`< ${first.code}${at < lines.length - 1 ? '-' : ' '}${shown(text)}`);
    return { code: first.code, lines };
  };
  return {
    reply,
    ask: async (line, secret) => {
      notes.say(`> ${secret ?? line}`);
      socket.write(`${line}\r\n`);
      return await reply(`a reply to ${secret ?? line}`);
    },
    release: ear.release,
  };
};

/** What a reply that is not the one meant is called; `shown` keeps back what must not be told. */
export const refusal = (
  reason: ProbeFailure['reason'],
  what: string,
  { code, lines }: Reply,
  shown: Shown = excerpt,
): ProbeFailure => new ProbeFailure(reason, `expected ${what}, got ${code} ${shown(lines.join(' '))}`);

/** Who we say we are where no name is declared: our address as a literal (RFC 5321 §4.1.3). */
export const literalOf = ({ localAddress }: Socket): string => {
  const address = plainAddress(localAddress ?? '127.0.0.1');
  return isIPv6(address) ? `[IPv6:${address}]` : `[${address}]`;
};

/** The extensions a server offers, by their name in capitals, each with its parameters. */
export type Extensions = ReadonlyMap<string, readonly string[]>;

export const hello = async (smtp: Smtp, name: string, shown?: Shown): Promise<Extensions> => {
  const reply = await smtp.ask(`EHLO ${name}`);
  if (reply.code !== 250) throw refusal('rejected', '250 to EHLO', reply, shown);
  return new Map(
    reply.lines.slice(1).map((line) => {
      // Some servers of old say AUTH=LOGIN.
      const [word = '', ...parameters] = line
        .trim()
        .toUpperCase()
        .replace(/^AUTH=/, 'AUTH ')
        .split(/\s+/);
      return [word, parameters] as const;
    }),
  );
};

export const greeted = async (smtp: Smtp, shown?: Shown): Promise<void> => {
  const greeting = await smtp.reply('a greeting 220');
  if (greeting.code !== 220) throw refusal('rejected', 'a greeting 220', greeting, shown);
};

/** Asks for TLS on a connection that has been greeted; after it the connection is ready for the handshake. */
export const askForTls = async (smtp: Smtp, extensions: Extensions, shown?: Shown): Promise<void> => {
  if (!extensions.has('STARTTLS'))
    throw new ProbeFailure('tls-not-offered', 'expected STARTTLS to be offered, got a server without it');
  const reply = await smtp.ask('STARTTLS');
  if (reply.code !== 220) throw refusal('tls-not-offered', '220 to STARTTLS', reply, shown);
  smtp.release();
};
