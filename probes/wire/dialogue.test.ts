import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listen } from './dialogue.ts';
import { ProbeFailure } from './failure.ts';
import { speakImap } from './imap.ts';
import type { Notes } from './measure.ts';
import { speakSmtp } from './smtp.ts';

const nothing = (): undefined => undefined;
// Only these are asked of it.
const notes = { say: nothing, reach: nothing, enter: nothing } as unknown as Notes;

/** A connection on which these pieces come, and then the end. */
const saying = (pieces: readonly Uint8Array[]): Socket => {
  const left = [...pieces];
  const stream = new Duplex({
    read() {
      setImmediate(() => this.push(left.shift() ?? null));
    },
    write: (_, __, done) => done(),
  });
  // Safe: what listens uses what any stream has.
  return stream as unknown as Socket;
};
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0);
};
const reasonOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'good',
    (error: unknown) => (error instanceof ProbeFailure ? error.reason : `not a failure: ${String(error)}`),
  );

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 });

test('lines and bytes are the same in whatever pieces they come', async () => {
  const said = latin1('one\r\ntwo\n\r\n\rx\r\r\n12345rest');
  await fc.assert(
    fc.asyncProperty(sizes, async (at) => {
      const ear = listen(saying(cut(said, at)));
      const lines = [];
      for (let count = 0; count < 4; count += 1) lines.push(await ear.line('a line'));
      expect(lines).toEqual(['one', 'two', '', '\rx\r']);
      expect((await ear.bytes(5, 'five')).toString()).toBe('12345');
      expect(await reasonOf(ear.line('a line'))).toBe('closed-early');
      expect(ear.unread().toString()).toBe('rest');
      expect(ear.take().toString()).toBe('rest');
      expect(ear.unread()).toHaveLength(0);
    }),
    { numRuns: 100 },
  );
});

test('a long line that drips is read once, not once a byte', async () => {
  const pieces = Array.from({ length: 6000 }, () => latin1('0123456789'));
  const began = process.cpuUsage();
  const line = await listen(saying([...pieces, latin1('\n')])).line('a line');
  expect(line).toHaveLength(60_000);
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(3);
});

test('lines without end do not keep a timer from firing', async () => {
  const ear = listen(saying([latin1('x\n'.repeat(20_000))]));
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  let lines = 0;
  for (; !fired && lines < 20_000; lines += 1) await ear.line('a line');
  expect(lines).toBeLessThan(20_000);
});

test('more than the limits is too large', async () => {
  const flood = Array.from({ length: 100 }, () => Buffer.alloc(1000, 'x'));
  expect(await reasonOf(listen(saying(flood), { unread: 5000, all: 50_000 }).line('a line'))).toBe('answer-too-large');
  expect(await reasonOf(listen(saying(flood), { unread: 500_000, all: 50_000 }).line('a line'))).toBe(
    'answer-too-large',
  );
});

test('a connection is not given back with a word in it', async () => {
  const ear = listen(saying([latin1('220 go\r\nmore')]));
  await ear.line('a line');
  expect(() => ear.release()).toThrow('nothing more before TLS');
});

/** Real conversations, of which fast-check changes, loses and doubles bytes. */
const smtpTalk = latin1(
  '220-mail ESMTP\r\n220 ready\r\n250-mail\r\n250-SIZE 10\r\n250-AUTH PLAIN LOGIN\r\n250 DSN\r\n235 ok\r\n221 bye\r\n',
);
const imapTalk = latin1(
  '* OK [CAPABILITY IMAP4rev1] ready\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nf1 OK done\r\n* LIST {5}\r\nINBOX x\r\nf2 OK in\r\n* 17 EXISTS\r\nf3 OK [READ-ONLY]\r\n* BYE\r\nf4 OK\r\n',
);
const mutations = fc.array(fc.record({ at: fc.nat(400), drop: fc.nat(6), put: fc.uint8Array({ maxLength: 6 }) }), {
  maxLength: 5,
});
const mutated = (said: Buffer, changes: readonly { at: number; drop: number; put: Uint8Array }[]): Buffer =>
  changes.reduce(
    (bytes, { at, drop, put }) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(Math.min(bytes.length, at + drop))]),
    said,
  );
const known = /^(?:good|protocol-error|closed-early|answer-too-large|rejected|mismatched-answer)$/;

test('whatever a mail server says, a reply is a reply or a reason', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, sizes, async (changes, at) => {
      const smtp = speakSmtp(saying(cut(mutated(smtpTalk, changes), at)), notes);
      const talk = async (): Promise<void> => {
        await smtp.reply('a greeting');
        for (const word of ['EHLO x', 'AUTH', 'QUIT']) {
          const { code, lines } = await smtp.ask(word);
          expect(code).toBeGreaterThanOrEqual(200);
          expect(lines.length).toBeLessThanOrEqual(128);
        }
      };
      expect(await reasonOf(talk())).toMatch(known);
    }),
    { numRuns: 300 },
  );
});

test('whatever a mailbox server says, an answer is an answer or a reason', async () => {
  await fc.assert(
    fc.asyncProperty(mutations, sizes, async (changes, at) => {
      const imap = speakImap(saying(cut(mutated(imapTalk, changes), at)), notes);
      const talk = async (): Promise<void> => {
        await imap.greeting();
        for (const word of ['CAPABILITY', 'LIST', 'EXAMINE', 'LOGOUT'])
          expect((await imap.ask(word)).untagged.length).toBeLessThanOrEqual(1000);
      };
      expect(await reasonOf(talk())).toMatch(known);
    }),
    { numRuns: 300 },
  );
});

test('the conversations themselves are understood', async () => {
  const smtp = speakSmtp(saying([smtpTalk]), notes);
  expect(await smtp.reply('a greeting')).toEqual({ code: 220, lines: ['mail ESMTP', 'ready'] });
  expect((await smtp.ask('EHLO x')).lines).toEqual(['mail', 'SIZE 10', 'AUTH PLAIN LOGIN', 'DSN']);
  const imap = speakImap(saying([imapTalk]), notes);
  expect((await imap.greeting()).status).toBe('OK');
  expect((await imap.ask('CAPABILITY')).untagged).toEqual(['CAPABILITY IMAP4rev1 AUTH=PLAIN']);
  expect((await imap.ask('LIST')).untagged).toEqual(['LIST {5}\r\nINBOX x']);
});
