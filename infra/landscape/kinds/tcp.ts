import { z } from 'zod';
import type { Depth } from '../model.ts';
import { hex, pattern, patternText, tlsKeys } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import type { ModuleOptions } from './stream.ts';
import { type SecureOptions, secureKeys } from './tls.ts';

export type DialogueStep =
  /** UTF-8; `expand` puts what was caught where `$1` and `${name}` stand. */
  | { readonly send: string; readonly expand?: boolean }
  | { readonly sendHex: string }
  /** Found anywhere in what has come; everything to the end of the match is used up. */
  | { readonly expect: string }
  | { readonly expectHex: string }
  /** The very next bytes, UTF-8. */
  | { readonly expectBytes: string }
  /** From here on over TLS. */
  | { readonly startTls: true };

/** One step of a dialogue in lines; in the order in which it is written here. */
export type LineStep = {
  /** Lines are read until one matches. */
  readonly expect?: string;
  /** Then as many bytes as these are read, and must be these. */
  readonly expectBytes?: string;
  /** Of the match, in words such as `${1}`. */
  readonly labels?: readonly { readonly name: string; readonly value: string }[];
  /** Sent with a line feed behind it; after an `expect` of its own, `$1` and `${name}` are what that caught. */
  readonly send?: string;
  /** Then TLS. */
  readonly startTls?: boolean;
  /** `expectBytes` and `send` are bytes, each as the character of its number, and not UTF-8. Not for landscapes. */
  readonly raw?: boolean;
};

export type TcpOptions = SecureOptions &
  ModuleOptions & {
    readonly dialogue?: readonly DialogueStep[];
    readonly lines?: readonly LineStep[];
    /** Speak TLS before the dialogue. */
    readonly tls?: boolean;
  };

const bytes = z.string({ error: 'bytes as text' }).min(1, { error: 'at least one byte' });
const step = z.union(
  [
    z.strictObject({ send: z.string(), expand: z.boolean().optional() }),
    z.strictObject({ sendHex: hex }),
    z.strictObject({ expect: pattern }),
    z.strictObject({ expectHex: hex }),
    z.strictObject({ expectBytes: bytes }),
    z.strictObject({ startTls: z.literal(true, { error: 'true' }) }),
  ],
  { error: 'one of { send }, { sendHex }, { expect }, { expectHex }, { expectBytes } and { startTls: true }' },
);
const label = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_]\w*$/, { error: 'the name of a label' }),
  value: z.string({ error: 'a text such as $1' }),
});
const line = z
  .strictObject({
    expect: pattern.optional(),
    expectBytes: bytes.optional(),
    labels: z.array(label).optional(),
    send: z.string().optional(),
    startTls: z.boolean().optional(),
  })
  .refine((one) => one.expect === undefined || one.expectBytes === undefined, {
    error: 'either expect or expectBytes',
  });

const steps = <T extends z.ZodType>(of: T) =>
  z.array(of).min(1, { error: 'at least one step' }).max(100, { error: 'at most 100 steps' }).optional();

const stepOf = (one: z.output<typeof step>): DialogueStep => {
  if ('expect' in one) return { expect: patternText(one.expect) };
  if (!('send' in one)) return one;
  return one.expand === undefined ? { send: one.send } : { send: one.send, expand: one.expand };
};
const lineOf = (one: z.output<typeof line>): LineStep =>
  present<LineStep>({ ...one, expect: maybe(one.expect, patternText) } as { [K in keyof LineStep]: LineStep[K] });

const speaksTls = ({ tls, dialogue = [], lines = [] }: TcpOptions): boolean =>
  tls === true || dialogue.some((one) => 'startTls' in one) || lines.some(({ startTls }) => startTls === true);

const wrongTls = (options: TcpOptions): readonly Wrong[] => {
  const { dialogue = [], lines = [] } = options;
  const starts = [...dialogue.filter((one) => 'startTls' in one), ...lines.filter(({ startTls }) => startTls === true)]
    .length;
  return starts > (options.tls === true ? 0 : 1)
    ? [{ path: ['expect', dialogue.length > 0 ? 'dialogue' : 'lines'], expected: 'TLS to be started once' }]
    : [];
};

const depthOf = ({ dialogue, lines }: TcpOptions): Depth =>
  dialogue === undefined && lines === undefined ? 'transport' : 'protocol';

const written = {
  client: secureKeys.client,
  ca: secureKeys.ca,
  expect: z
    .strictObject({
      /** What is sent and expected, in order. */
      dialogue: steps(step),
      /** The same in lines, as blackbox_exporter's `query_response` has it. Either this or `dialogue`. */
      lines: steps(line),
      /** Speak TLS before the dialogue. */
      tls: z.boolean().optional(),
      ...tlsKeys,
      minVersion: secureKeys.minVersion,
    })
    .refine(({ dialogue, lines }) => dialogue === undefined || lines === undefined, {
      error: 'either dialogue or lines',
    })
    .optional(),
};
type Written = z.output<z.ZodObject<typeof written>>;

const optionsOf = ({ client, ca, expect = {} }: Written): TcpOptions =>
  present<TcpOptions>({
    dialogue: expect.dialogue?.map(stepOf),
    lines: expect.lines?.map(lineOf),
    tls: expect.tls,
    serverName: expect.serverName,
    trusted: expect.trusted,
    minVersion: expect.minVersion,
    client,
    ca,
    verified: undefined,
    caOnly: undefined,
    maxVersion: undefined,
    family: undefined,
  });

export const tcp = defineKind({
  address: 'socket',
  written,
  whole: (said) => {
    const options = optionsOf(said);
    return [
      ...wrongTls(options),
      ...(said.client !== undefined && !speaksTls(options)
        ? [{ path: ['client'], expected: 'TLS in expect beside it' }]
        : []),
    ];
  },
  normal: (said) => optionsOf(said),
  depth: depthOf,
  deepest: (options) => {
    if (options.dialogue !== undefined || options.lines !== undefined) return 'transaction';
    return options.tls === true ? 'session' : 'transport';
  },
  measures: (options) => (speaksTls(options) ? ['certificate'] : []),
  judges: true,
});
