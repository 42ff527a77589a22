import { ProbeFailure } from '../../wire/failure.ts';

/** What the libraries are never handed: messages that are none, larger ones, and more of them. */
export const answerLimit = 1024 * 1024;

export type Guard = {
  readonly take: (chunk: Buffer) => void;
  /** What we said ourselves. */
  readonly sent?: (bytes: Buffer) => void;
};

type Form = {
  readonly speaks: string;
  readonly headLength: number;
  /** Bytes after the head; throws what is wrong with it. */
  readonly lengthOf: (head: Buffer, index: number) => number;
  /** How much of the beginning of a message `begins` wants to see. */
  readonly peek: number;
  readonly begins: (head: Buffer, body: Buffer, index: number) => void;
};

/** Follows the frames of a stream, byte by byte where it must, without keeping more than the beginning of one. */
const follow = ({ speaks, headLength, lengthOf, peek, begins }: Form): Guard['take'] => {
  let head = Buffer.alloc(0);
  let body = Buffer.alloc(0);
  let left = -1;
  let index = 0;
  let total = 0;
  const told = (): void => {
    begins(head, body, index);
    index += 1;
    head = Buffer.alloc(0);
    body = Buffer.alloc(0);
    left = -1;
  };
  return (chunk) => {
    total += chunk.length;
    if (total > answerLimit) throw new ProbeFailure('answer-too-large', `expected at most ${answerLimit} bytes`);
    for (let at = 0; at < chunk.length; ) {
      if (left < 0) {
        const take = chunk.subarray(at, at + headLength - head.length);
        head = Buffer.concat([head, take]);
        at += take.length;
        left = lengthOf(head, index);
        if (left > answerLimit) throw new ProbeFailure('answer-too-large', `expected at most ${answerLimit} bytes`);
        if (left === 0) told();
        continue;
      }
      const step = Math.min(left, chunk.length - at);
      if (body.length < peek) body = Buffer.concat([body, chunk.subarray(at, at + Math.min(step, peek - body.length))]);
      left -= step;
      at += step;
      if (left === 0) told();
    }
    if (index > 100_000) throw new ProbeFailure('answer-too-large', `expected fewer messages of ${speaks}`);
  };
};

const broken = (speaks: string): ProbeFailure =>
  new ProbeFailure('protocol-error', `expected ${speaks}, got something else`);

/** What a server may begin a message with (PostgreSQL, protocol 3.0). */
const typesOf = (letters: string) => new Set([...letters].map((letter) => letter.charCodeAt(0)));
const types = typesOf('RSKZENTDC123nsIAtvGHWcdV');
const firstTypes = typesOf('REN');
const cleartext = 3;

export type On = {
  /** The first whole message has come. */
  readonly spoken: () => void;
};

export const postgresGuard = (mayHavePassword: boolean, { spoken }: On): Guard => ({
  take: follow({
    speaks: 'PostgreSQL',
    headLength: 5,
    lengthOf: (head, index) => {
      const [type] = head;
      if (type !== undefined && !(index === 0 ? firstTypes : types).has(type)) throw broken('PostgreSQL');
      if (head.length < 5) return -1;
      const length = head.readUInt32BE(1);
      if (length < 4) throw broken('PostgreSQL');
      return length - 4;
    },
    peek: 4,
    begins: (head, body) => {
      spoken();
      const asks = head[0] === 0x52 && body.length === 4 ? body.readUInt32BE(0) : -1;
      if (asks === cleartext && !mayHavePassword)
        throw new ProbeFailure(
          'could-not-run',
          'expected TLS before the password itself is asked for, or allowPlain: true',
        );
    },
  }),
});

/** `plain`: how many messages may come before TLS; null when there is none to come. */
export const mysqlGuard = (plain: () => number | null, { spoken }: On): Guard => {
  // Every packet has the number after that of the packet before it, whoever sent that.
  let number = 0;
  return {
    sent: (bytes) => {
      number = ((bytes[3] ?? 0) + 1) % 256;
    },
    take: follow({
      speaks: 'MySQL',
      headLength: 4,
      lengthOf: (head, index) => {
        const most = plain();
        // What is said before TLS must not count as said in it: a login that is granted by whoever stands between.
        if (most !== null && index >= most)
          throw new ProbeFailure('protocol-error', 'expected TLS after the greeting, got more in plain');
        if (head.length < 4) return -1;
        // A greeting is version 10 or an error, and small.
        if (head[3] !== number || (index === 0 && head.readUIntLE(0, 3) > 4096)) throw broken('MySQL');
        number = (number + 1) % 256;
        return head.readUIntLE(0, 3);
      },
      peek: 1,
      begins: (_, body, index) => {
        if (index === 0 && body[0] !== 10 && body[0] !== 0xff) throw broken('MySQL');
        spoken();
      },
    }),
  };
};
