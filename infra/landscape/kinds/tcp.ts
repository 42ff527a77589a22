import { z } from 'zod';
import { hex, pattern, patternText, tlsKeys } from '../written.ts';
import { defineKind, present } from './kind.ts';

export type DialogueStep =
  | { readonly send: string }
  | { readonly sendHex: string }
  | { readonly expect: string }
  | { readonly expectHex: string };

export type TcpOptions = {
  readonly dialogue?: readonly DialogueStep[];
  /** Speak TLS before the dialogue. */
  readonly tls?: boolean;
  readonly serverName?: string;
  readonly trusted?: boolean;
};

const step = z.union(
  [
    z.strictObject({ send: z.string() }),
    z.strictObject({ sendHex: hex }),
    z.strictObject({ expect: pattern }),
    z.strictObject({ expectHex: hex }),
  ],
  { error: 'one of { send }, { sendHex }, { expect } and { expectHex }' },
);

export const tcp = defineKind({
  address: 'socket',
  written: {
    expect: z
      .strictObject({
        /** What is sent and expected, in order. */
        dialogue: z.array(step).min(1, { error: 'at least one step' }).optional(),
        /** Speak TLS before the dialogue. */
        tls: z.boolean().optional(),
        ...tlsKeys,
      })
      .optional(),
  },
  normal: ({ expect = {} }) =>
    present<TcpOptions>({
      dialogue: expect.dialogue?.map((one) => ('expect' in one ? { expect: patternText(one.expect) } : one)),
      tls: expect.tls,
      serverName: expect.serverName,
      trusted: expect.trusted,
    }),
  depth: ({ dialogue }) => (dialogue === undefined ? 'transport' : 'protocol'),
  deepest: ({ dialogue, tls }) => {
    if (dialogue !== undefined) return 'transaction';
    return tls === true ? 'session' : 'transport';
  },
  measures: ({ tls }) => (tls === true ? ['certificate'] : []),
  judges: true,
});
