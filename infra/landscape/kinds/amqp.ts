import { z } from 'zod';
import type { Secret } from '../model.ts';
import { count, secret, words, wordsOrSecret } from '../written.ts';
import { defineKind, present, type Wrong } from './kind.ts';
import { type StreamOptions, streamKeys, streamOf, wrongPassword, wrongStream } from './stream.ts';

export type AmqpOptions = StreamOptions & {
  readonly login: { readonly user: string | Secret; readonly password: Secret };
  readonly allowPlain?: boolean;
  readonly vhost: string;
  /** Asked for, never made. */
  readonly queue?: string;
  readonly consumers?: number;
  readonly messages?: number;
  readonly roundTrip: boolean;
};

const mostCounted = 2 ** 32 - 1;
const short = (what: string) =>
  words.refine((text) => Buffer.byteLength(text) <= 255, { error: `${what} of at most 255 bytes` });

type Written = { readonly queue?: string | undefined; readonly expect?: object | undefined };
const wrongQueue = ({ queue, expect }: Written): readonly Wrong[] =>
  expect === undefined || queue !== undefined ? [] : [{ path: ['expect'], expected: 'a queue beside it' }];

export const amqp = defineKind({
  address: 'host',
  ownPort: 5672,
  written: {
    ...streamKeys,
    login: z.strictObject({ user: wordsOrSecret, password: secret }),
    /** True lets the password go over a connection without TLS. */
    allowPlain: z.boolean().optional(),
    /** @default '/' */
    vhost: short('a virtual host').optional(),
    /** A queue that must be there; it is asked for, never made, and nothing is taken out of it. */
    queue: short('a queue').optional(),
    expect: z
      .strictObject({
        /** So many consumers at least. */
        consumers: count(0, mostCounted).optional(),
        /** So many messages at most, ready to be taken. */
        messages: count(0, mostCounted).optional(),
      })
      .optional(),
    /** A message to ourselves over a queue of this connection alone, which goes away with it. */
    roundTrip: z.boolean().optional(),
  },
  whole: (written) => [...wrongStream(written), ...wrongPassword(written), ...wrongQueue(written)],
  normal: ({ login, allowPlain, vhost = '/', queue, expect = {}, roundTrip = false, ...stream }) =>
    present<AmqpOptions>({
      ...streamOf(stream),
      login,
      allowPlain,
      vhost,
      queue,
      consumers: expect.consumers,
      messages: expect.messages,
      roundTrip,
    }),
  depth: ({ roundTrip }) => (roundTrip ? 'transaction' : 'session'),
  deepest: ({ roundTrip }) => (roundTrip ? 'transaction' : 'session'),
  measures: ({ tls, queue, roundTrip }) => [
    ...(tls === true ? ['certificate'] : []),
    ...(queue === undefined ? [] : ['messages', 'consumers']),
    ...(roundTrip ? ['round-trip'] : []),
  ],
  judges: true,
});
