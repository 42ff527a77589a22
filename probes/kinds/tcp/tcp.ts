import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { DialogueStep } from '../../../infra/landscape/kinds/tcp.ts';
import { optionsOf } from '../../../infra/landscape/kinds.ts';
import type { Probe } from '../../observation.ts';
import { excerpt, excerptOfPart } from '../../redact.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secure } from '../../wire/handshake.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';

/** No greeting or acknowledgement is larger; what is, is not the protocol that was declared. */
const answerLimit = 64 * 1024;

/** What has come in and not been matched yet. */
const listen = (socket: Socket) => {
  let buffer = Buffer.alloc(0);
  let ended: ProbeFailure | 'closed' | null = null;
  let failed: Error | null = null;
  let wake = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    if (buffer.length > answerLimit) {
      ended = new ProbeFailure('answer-too-large', `expected at most ${answerLimit} bytes, got more`);
      socket.pause();
    }
    wake();
  });
  socket.on('error', (error) => {
    failed = error;
    wake();
  });
  for (const event of ['end', 'close'] as const)
    socket.on(event, () => {
      ended ??= 'closed';
      wake();
    });
  return {
    peek: () => buffer,
    take: (length: number) => {
      buffer = buffer.subarray(length);
    },
    /** Null while more may come. */
    ended: () => failed ?? ended,
    more: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
};
type Ear = ReturnType<typeof listen>;

type Matcher = { readonly shown: string; readonly endOf: (bytes: Buffer) => number };

const matcherOf = (step: { readonly expect: string } | { readonly expectHex: string }): Matcher => {
  if ('expectHex' in step) {
    const wanted = bytesOf(step.expectHex);
    const endOf = (bytes: Buffer) => {
      const at = bytes.indexOf(wanted);
      return at < 0 ? -1 : at + wanted.length;
    };
    return { shown: `bytes ${step.expectHex}`, endOf };
  }
  const pattern = patternOf(step.expect);
  const endOf = (bytes: Buffer) => {
    const found = pattern.matcher(bytes.toString('latin1'));
    return found.find() ? found.end() : -1;
  };
  return { shown: `/${step.expect}/`, endOf };
};

const bytesOf = (hex: string): Buffer => {
  const digits = hex.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new ProbeFailure('could-not-run', `expected hexadecimal, got ${hex}`);
  return Buffer.from(digits, 'hex');
};

const mismatch = ({ shown }: Matcher, bytes: Buffer): ProbeFailure =>
  bytes.length === 0
    ? new ProbeFailure('no-answer', `expected ${shown}, got nothing`)
    : new ProbeFailure('unexpected-answer', `expected ${shown}, got "${excerptOfPart(bytes)}"`);

const hear = async (ear: Ear, matcher: Matcher, notes: Notes): Promise<void> => {
  notes.ifLate(() => mismatch(matcher, ear.peek()));
  for (;;) {
    const started = performance.now();
    // Taken before matching: what arrives while we pause below must not be waited for.
    const more = ear.more();
    const end = matcher.endOf(ear.peek());
    if (end >= 0) {
      notes.say(`< ${excerptOfPart(ear.peek().subarray(0, end), 400)}`);
      ear.take(end);
      notes.reach('protocol');
      notes.asserted();
      notes.ifLate(null);
      return;
    }
    const ended = ear.ended();
    if (ended !== null) throw leaving(ended, matcher, ear.peek());
    await more;
    // A peer that drips byte by byte buys a fifth of this thread at most.
    const cost = performance.now() - started;
    if (ear.peek().length > 4096 && cost > 1) await pause(Math.min(cost, 20) * 4);
  }
};

const leaving = (ended: Error | 'closed', matcher: Matcher, heard: Buffer): Error => {
  if (ended !== 'closed') return ended;
  return heard.length > 0
    ? mismatch(matcher, heard)
    : new ProbeFailure('closed-early', `expected ${matcher.shown}, got a closed connection`);
};

const speak = async (socket: Socket, steps: readonly DialogueStep[], notes: Notes): Promise<void> => {
  const ear = listen(socket);
  notes.enter('processing');
  for (const step of steps) {
    if ('send' in step || 'sendHex' in step) {
      const bytes = 'send' in step ? Buffer.from(step.send, 'utf8') : bytesOf(step.sendHex);
      notes.say(`> ${excerpt(bytes, 400)}`);
      socket.write(bytes);
    } else await hear(ear, matcherOf(step), notes);
  }
};

/**
 * Connects to `host:port`, speaks TLS when asked to, then holds the declared dialogue. `send` is UTF-8; `expect` sees
 * bytes as latin1 text and everything up to the end of a match is used up.
 */
export const tcp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const expect = optionsOf(aim.check, 'tcp');
    const endpoint = endpointOf(aim.target);
    const plain = await dial(endpoint, context, notes);
    const identity = { name: expect.serverName ?? endpoint.host, trusted: expect.trusted ?? true };
    const socket = expect.tls === true ? await secure(plain, identity, { context, notes }) : plain;
    if (expect.dialogue !== undefined) await speak(socket, expect.dialogue, notes);
  });
