import { connect } from 'node:net';

export type Exchange<T> = {
  readonly host: string;
  readonly port: number;
  /** The local address to leave from. */
  readonly source: string;
  readonly timeout: number;
  readonly send: Buffer;
  /** Looks at all that came so far; null asks for more. */
  readonly until: (seen: Buffer) => T | null;
};

const longestAnswer = 1024 * 1024;

/** What a patience that has run out is called, here and in whatever passes it on; DNS has a word of its own. */
export const tooLate = (timeout: number): Error => new Error(`no answer within ${timeout} ms`);
export const isTooLate = (message: string): boolean => /no answer within \d+ ms|ETIMEOUT/.test(message);

/** One short conversation on a connection of its own: sends, and answers with what was understood, or rejects with why not. */
export const exchange = <T>({ host, port, source, timeout, send, until }: Exchange<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const socket = connect({ host, port, localAddress: source }, () => socket.write(send));
    const timer = setTimeout(() => socket.destroy(tooLate(timeout)), timeout);
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('closed before it answered'));
    });
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length > longestAnswer) return void socket.destroy(new Error('answer too long'));
      try {
        const understood = until(seen);
        if (understood === null) return;
        resolve(understood);
        socket.destroy();
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });

/** Is the other side's first answer these bytes? */
export const starts = (expected: string, at = 0) => {
  const bytes = Buffer.from(expected, 'latin1');
  return (seen: Buffer): true | null => {
    if (seen.length < at + bytes.length) return null;
    if (seen.subarray(at, at + bytes.length).equals(bytes)) return true;
    throw new Error('answered with something else');
  };
};

export const ldapBind = Buffer.from('300c020101600702010304008000', 'hex');
export const ldapBound = (seen: Buffer): true | null => {
  if (seen.length < 14) return null;
  if (seen[5] === 0x61 && seen[9] === 0) return true;
  throw new Error('the bind was refused');
};

export const amqpHeader = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');

/** An HL7 v2 message in MLLP's frame. */
export const framed = (type: string, control: string, rest = ''): Buffer => {
  const stamp = new Date().toISOString().replaceAll(/[-:T]|\..*$/g, '');
  return Buffer.from(
    `\x0bMSH|^~\\&|WARD|REGION|ENGINE|REGION|${stamp}||${type}|${control}|P|2.4\r${rest}\x1c\r`,
    'latin1',
  );
};
export const acknowledged = (seen: Buffer): true | null => {
  if (seen.indexOf(Buffer.from([0x1c, 0x0d])) < 0) return null;
  const segment = seen
    .toString('latin1')
    .split('\r')
    .find((line) => line.startsWith('MSA|'));
  if (segment?.startsWith('MSA|AA') === true) return true;
  throw new Error(`not accepted: ${segment ?? 'no MSA segment'}`);
};
