import { z } from 'zod';
import type { Secret } from '../model.ts';
import { words } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { type StreamOptions, streamKeys, streamOf, wrongStream } from './stream.ts';

export type MllpParty = { readonly application: string; readonly facility: string };
export type MllpOptions = StreamOptions & {
  /** How far a run goes: the connection alone, any acknowledgement of this message, or one that accepts it. */
  readonly level: 'connect' | 'acknowledged' | 'accepted';
  readonly sender: MllpParty;
  readonly receiver: MllpParty;
  /** MSH-11. */
  readonly processing: 'P' | 'T' | 'D';
  /** MSH-12. */
  readonly version: string;
  /** MSH-18; absent is ASCII. */
  readonly characters?: '8859/1' | 'UNICODE UTF-8';
  readonly controlPrefix: string;
  /** Which acknowledgements MSH-15 and MSH-16 ask for; absent is the original mode. */
  readonly enhanced?: 'accept' | 'application' | 'both';
  readonly message?: { readonly type: string; readonly segments: readonly string[] };
  readonly patient?: { readonly identity: Secret };
};

/** Segments that say who somebody is: never sent but for an agreed test patient. */
const personal: ReadonlySet<string> = new Set('PID PD1 NK1 MRG GT1 IN1 IN2 IN3'.split(' '));
export const isPersonal = (segment: string): boolean => personal.has(segment.slice(0, 3));
/** PID with nothing yet where the identity goes: PID-3, first component. */
const ready = /^PID\|[^|]*(?:$|\|[^|]*(?:$|\|(?:$|[|^~])))/;
export const takesIdentity = (segment: string): boolean => ready.test(segment);

/** Printable, and none of what would end a field. */
const part = z
  .string({ error: 'a name as HL7 has it' })
  .regex(/^[^|~\\\p{Cc}]{0,180}$/u, { error: 'a name without |, ~, \\ and control characters' });
const party = z.strictObject({ application: part.optional(), facility: part.optional() });
const segment = z
  .string({ error: 'a segment' })
  .regex(/^[A-Z][A-Z0-9]{2}\|[^\p{Cc}]{0,4000}$/u, { error: 'a segment such as NCK|20260801' })
  .refine((text) => !/^(?:MSH|MSA|BHS|FHS)/.test(text), { error: 'no header: it is made from the other keys' });
const code = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });

type Written = {
  readonly level?: MllpOptions['level'] | undefined;
  readonly sender?: Partial<Record<keyof MllpParty, string | undefined>> | undefined;
  readonly receiver?: Partial<Record<keyof MllpParty, string | undefined>> | undefined;
  readonly characters?: 'ASCII' | MllpOptions['characters'] | undefined;
  readonly enhanced?: MllpOptions['enhanced'] | undefined;
  readonly message?: { readonly type: string; readonly segments?: readonly string[] | undefined } | undefined;
  readonly patient?: string | undefined;
};

const wrongPeople = ({ message, patient }: Written): readonly Wrong[] => {
  const segments = message?.segments ?? [];
  if (patient === undefined)
    return segments.flatMap((text, index) =>
      isPersonal(text)
        ? [{ path: ['message', 'segments', index], expected: 'nothing of a person, unless `patient` is an agreed one' }]
        : [],
    );
  const [own, ...more] = segments.filter((text) => text.startsWith('PID|'));
  return own !== undefined && more.length === 0 && takesIdentity(own)
    ? []
    : [
        {
          path: ['message'],
          expected: 'one segment PID with nothing in the first part of PID-3, where the identity goes',
        },
      ];
};

const highest = { ASCII: 0x7e, '8859/1': 0xff, 'UNICODE UTF-8': 0x10ffff } as const;
const wrongCharacters = ({ characters = 'ASCII', message, sender, receiver }: Written): readonly Wrong[] => {
  const all: readonly (readonly [readonly (string | number)[], string])[] = [
    ...Object.entries(sender ?? {}).map(([key, text]) => [['sender', key], text ?? ''] as const),
    ...Object.entries(receiver ?? {}).map(([key, text]) => [['receiver', key], text ?? ''] as const),
    ...(message?.segments ?? []).map((text, index) => [['message', 'segments', index], text] as const),
  ];
  return all.flatMap(([path, text]) =>
    [...text].every((letter) => (letter.codePointAt(0) ?? 0) <= highest[characters])
      ? []
      : [{ path, expected: `only characters of ${characters}, or other \`characters\`` }],
  );
};

const wrongLevel = (written: Written): readonly Wrong[] =>
  written.level !== 'connect'
    ? []
    : (['message', 'patient', 'enhanced', 'characters'] as const).flatMap((key) =>
        written[key] === undefined ? [] : [{ path: [key], expected: 'a level that sends something, or no such key' }],
      );

/** What AA would tell: that the peer's application took a message it really works on. */
const worksOn = ({ message, enhanced }: MllpOptions): boolean => message !== undefined && enhanced !== 'accept';
const depthOf = (options: MllpOptions) => {
  if (options.level === 'connect') return options.tls === true ? 'protocol' : 'transport';
  if (options.level === 'acknowledged') return 'protocol';
  return worksOn(options) ? 'transaction' : 'session';
};

export const mllp = defineKind({
  address: 'socket',
  written: {
    /**
     * `connect` only opens the connection, which many engines log as an error; `acknowledged` wants an acknowledgement of
     * this message, whatever its code; `accepted` wants AA, or CA where only that was asked for. @default 'acknowledged'
     */
    level: z.enum(['connect', 'acknowledged', 'accepted']).optional(),
    ...streamKeys,
    /** MSH-3 and MSH-4. @default { application: 'FORVARSEL' } */
    sender: party.optional(),
    /** MSH-5 and MSH-6. */
    receiver: party.optional(),
    /** MSH-11: production, training or debugging. @default 'T' */
    processing: z.enum(['P', 'T', 'D']).optional(),
    /** MSH-12. @default '2.5' */
    version: code(/^2\.\d(?:\.\d)?$/, "a version such as '2.5'").optional(),
    /** MSH-18. @default 'ASCII', and nothing said */
    characters: z.enum(['ASCII', '8859/1', 'UNICODE UTF-8']).optional(),
    /** How MSH-10 begins, so that the peer can tell what is ours; ten random letters follow. @default 'FVSL' */
    controlPrefix: code(/^[A-Za-z][A-Za-z0-9_.-]{0,9}$/, 'at most ten letters and digits, a letter first').optional(),
    /** Asks for an accept acknowledgement, an application acknowledgement or one after the other (MSH-15, MSH-16). */
    enhanced: z.enum(['accept', 'application', 'both']).optional(),
    /** What is sent behind the header. `${now}` and `${control}` are filled in. @default NMQ^N01: what does your clock say? */
    message: z
      .strictObject({
        /** MSH-9. @example 'QBP^Q22^QBP_Q21' */
        type: code(/^[A-Z][A-Z0-9]{2}(?:\^[A-Z0-9]{3}(?:\^[A-Z0-9_]{3,10})?)?$/, 'a type such as ADT^A08^ADT_A01'),
        segments: z.array(segment).max(50, { error: 'at most 50 segments' }).optional(),
      })
      .optional(),
    /** An agreed test patient, whose identity becomes the first part of PID-3. */
    patient: words.optional(),
  },
  whole: (written) => [
    ...wrongLevel(written),
    ...wrongPeople(written),
    ...wrongCharacters(written),
    ...wrongStream(written),
  ],
  normal: (written, patients) =>
    present<MllpOptions>({
      level: written.level ?? 'acknowledged',
      ...streamOf(written),
      sender: { application: written.sender?.application ?? 'FORVARSEL', facility: written.sender?.facility ?? '' },
      receiver: { application: written.receiver?.application ?? '', facility: written.receiver?.facility ?? '' },
      processing: written.processing ?? 'T',
      version: written.version ?? '2.5',
      characters: written.characters === 'ASCII' ? undefined : written.characters,
      controlPrefix: written.controlPrefix ?? 'FVSL',
      enhanced: written.enhanced,
      message: maybe(written.message, ({ type, segments = [] }) => ({ type, segments })),
      patient: maybe(written.patient, (id) => maybe(patients[id], ({ identity }) => ({ identity }))),
    }),
  depth: depthOf,
  deepest: depthOf,
  measures: ({ level, tls, enhanced }) => [
    ...(tls === true ? ['certificate'] : []),
    ...(level === 'connect' ? [] : ['acknowledgement']),
    ...(level !== 'connect' && enhanced === 'both' ? ['application'] : []),
  ],
  judges: true,
});
