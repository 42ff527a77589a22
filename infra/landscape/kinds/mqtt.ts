import { z } from 'zod';
import type { Secret } from '../model.ts';
import { secret, wordsOrSecret } from '../written.ts';
import { defineKind, present } from './kind.ts';
import { type StreamOptions, streamKeys, streamOf, wrongPassword, wrongStream } from './stream.ts';

export type MqttOptions = StreamOptions & {
  readonly version: '3.1.1' | '5';
  readonly login?: { readonly user: string | Secret; readonly password?: Secret };
  readonly allowPlain?: boolean;
  /** How the client's name begins; random letters follow. */
  readonly clientId: string;
  readonly roundTrip?: { readonly topic: string; readonly qos: 0 | 1 | 2 };
};

const topic = z
  .string({ error: 'a topic' })
  .min(1, { error: 'a topic' })
  .max(256, { error: 'a topic of at most 256 letters' })
  .regex(/^(?!\$)[^#+\p{Cc}]*$/u, { error: 'one topic, without wildcards, and not one of the broker itself' });

export const mqtt = defineKind({
  address: 'host',
  ownPort: 1883,
  written: {
    /** @default '3.1.1' */
    version: z.enum(['3.1.1', '5']).optional(),
    ...streamKeys,
    /** @default nobody: an anonymous client */
    login: z.strictObject({ user: wordsOrSecret, password: secret.optional() }).optional(),
    /** True lets the password go over a connection without TLS. */
    allowPlain: z.boolean().optional(),
    /** How the client's name begins, so that the broker can tell what is ours; random letters follow. @default 'forvarsel' */
    clientId: z
      .string({ error: 'a name' })
      .regex(/^[0-9A-Za-z_-]{1,32}$/, { error: 'at most 32 letters, digits, _ and -' })
      .optional(),
    /** A message to ourselves over a topic that is there for this: it is subscribed to and published on, never retained. */
    roundTrip: z
      .strictObject({
        topic,
        /** @default 1 */
        qos: z.union([z.literal(0), z.literal(1), z.literal(2)], { error: '0, 1 or 2' }).optional(),
      })
      .optional(),
  },
  whole: (written) => [
    ...wrongStream(written),
    ...(written.login?.password === undefined ? [] : wrongPassword(written)),
  ],
  normal: ({ version = '3.1.1', login, allowPlain, clientId = 'forvarsel', roundTrip, ...stream }) =>
    present<MqttOptions>({
      ...streamOf(stream),
      version,
      login: login === undefined ? undefined : present({ user: login.user, password: login.password }),
      allowPlain,
      clientId,
      roundTrip: roundTrip === undefined ? undefined : { topic: roundTrip.topic, qos: roundTrip.qos ?? 1 },
    }),
  depth: ({ roundTrip }) => (roundTrip === undefined ? 'session' : 'transaction'),
  deepest: ({ roundTrip }) => (roundTrip === undefined ? 'session' : 'transaction'),
  measures: ({ tls, roundTrip }) => [
    ...(tls === true ? ['certificate'] : []),
    ...(roundTrip === undefined ? [] : ['round-trip']),
  ],
  judges: true,
});
