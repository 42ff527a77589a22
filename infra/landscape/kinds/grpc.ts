import { z } from 'zod';
import type { Secret } from '../model.ts';
import { words, wordsOrSecret } from '../written.ts';
import { defineKind, mapped, present } from './kind.ts';
import { type ModuleOptions, type StreamOptions, streamKeys, streamOf, wrongStream } from './stream.ts';

type Word = string | Secret;

export type GrpcOptions = StreamOptions &
  ModuleOptions & {
    /** The service whose health is asked for; without one that of the whole server. */
    readonly service?: string;
    /** Sent with the call, by name in lower case; of a name that ends in `-bin` the bytes of the text, in base64. */
    readonly metadata?: Readonly<Record<string, readonly Word[]>>;
  };

const metadataName = z
  .string({ error: 'a name of metadata' })
  .regex(/^(?!grpc-)[0-9A-Za-z_.-]+$/, { error: 'a name of letters, digits, _, - and dots that is not gRPC’s own' });

export const grpc = defineKind({
  address: 'socket',
  written: {
    /** The service whose health is asked for, `epj.v1.Records`. @default the whole server */
    service: words.optional(),
    /** Sent with the call: what it takes to be let in, for one. */
    metadata: z
      .record(metadataName, z.union([wordsOrSecret, z.array(wordsOrSecret)], { error: 'a text, a secret or a list' }))
      .optional(),
    ...streamKeys,
  },
  whole: wrongStream,
  normal: ({ service, metadata, ...stream }) =>
    present<GrpcOptions>({
      service,
      metadata: mapped(metadata, (value) => [value].flat()),
      ...streamOf(stream),
    }),
  depth: () => 'protocol',
  // What the server says of itself is no business of a user's, however often it is asked.
  deepest: () => 'session',
  measures: ({ tls }) => (tls === true ? ['certificate'] : []),
  judges: true,
});
