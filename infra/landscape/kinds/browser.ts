import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import type { Secret } from '../model.ts';
import { duration, id, pattern, patternText, words, wordsOrSecret } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';

/** How a person would find something on a page; the first two survive most changes of it. */
export type Place =
  | { readonly label: string }
  | { readonly role: string; readonly name?: string }
  | { readonly text: string }
  | { readonly testId: string }
  | { readonly css: string };
export type BrowserAct =
  | { readonly goto: string }
  /** `person`: the value is the identity of the agreed test patient. */
  | { readonly fill: { readonly field: Place; readonly value: string | Secret; readonly person?: true } }
  | { readonly click: Place }
  | { readonly expectText: string; readonly within?: Place }
  | { readonly expectUrl: string }
  | { readonly expectVisible: Place };
export type BrowserStep = BrowserAct & { readonly name: string; readonly forMs?: number };
export type BrowserOptions = {
  /** The first opens the target. */
  readonly steps: readonly BrowserStep[];
  /** Origins a page may use beside its own, `https://login.example`. */
  readonly allowed: readonly string[];
  readonly trusted: boolean;
};

const place = z.union(
  [
    z.strictObject({ label: words }),
    z.strictObject({ role: words, name: words.optional() }),
    z.strictObject({ text: words }),
    z.strictObject({ testId: words }),
    z.strictObject({ css: words }),
  ],
  { error: 'one of { label }, { role, name }, { text }, { testId } and { css }' },
);
const each = {
  /** Shown, and part of the signal `step:<name>`. @default its number and what it does, such as 2-click */
  name: id.optional(),
  /** How long it may take. @default what is left of the deadline */
  for: duration.optional(),
} as const;
const patientHere = z.literal(true, { error: 'true: the identity of the `patient` of this check' });
const step = z.union(
  [
    z.strictObject({ goto: words, ...each }),
    z.strictObject({ fill: z.strictObject({ field: place, value: wordsOrSecret }), ...each }),
    z.strictObject({ fill: z.strictObject({ field: place, patient: patientHere }), ...each }),
    z.strictObject({ click: place, ...each }),
    z.strictObject({ expectText: pattern, within: place.optional(), ...each }),
    z.strictObject({ expectUrl: pattern, ...each }),
    z.strictObject({ expectVisible: place, ...each }),
  ],
  { error: 'one of { goto }, { fill }, { click }, { expectText }, { expectUrl } and { expectVisible }' },
);
type Step = z.output<typeof step>;

const verbs = ['goto', 'fill', 'click', 'expectText', 'expectUrl', 'expectVisible'] as const;
const kebab = (verb: string): string => verb.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
const nameOf = (step: Step, index: number): string =>
  step.name ?? `${index + 1}-${kebab(verbs.find((verb) => verb in step) ?? 'step')}`;
/** The first step of every journey: its target is opened. */
const opening: BrowserStep = { name: 'open', goto: '' };

const placeOf = (written: z.output<typeof place>): Place =>
  'role' in written ? present<Extract<Place, { role: string }>>({ role: written.role, name: written.name }) : written;

const actOf = (step: Step, patient: Secret | undefined): BrowserAct => {
  if ('goto' in step) return { goto: step.goto };
  if ('click' in step) return { click: placeOf(step.click) };
  if ('expectUrl' in step) return { expectUrl: patternText(step.expectUrl) };
  if ('expectVisible' in step) return { expectVisible: placeOf(step.expectVisible) };
  if ('expectText' in step)
    return present<Extract<BrowserAct, { expectText: string }>>({
      expectText: patternText(step.expectText),
      within: maybe(step.within, placeOf),
    });
  const field = placeOf(step.fill.field);
  if ('value' in step.fill) return { fill: { field, value: step.fill.value } };
  // `whole` has told that there is no patient; a secret that cannot be read keeps the check from running.
  return { fill: { field, value: patient ?? { env: '' }, person: true } };
};

const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
const origin = z
  .string({ error: 'an origin such as https://login.example' })
  .refine(isOrigin, { error: 'an origin such as https://login.example, without a path' });

type Written = { readonly steps: readonly Step[]; readonly patient?: string | undefined };
const wrongSteps = ({ steps, patient }: Written): readonly Wrong[] => {
  const names = [opening.name, ...steps.map(nameOf)];
  const carries = steps.map((step) => 'fill' in step && 'patient' in step.fill);
  return [
    ...steps.flatMap((_, index) =>
      names.indexOf(names[index + 1] ?? '') === index + 1
        ? []
        : [{ path: ['steps', index, 'name'], expected: 'a name that no step before it has' }],
    ),
    ...carries.flatMap((carried, index) =>
      carried && patient === undefined
        ? [
            {
              path: ['steps', index, 'fill', 'patient'],
              expected: '`patient` beside the steps: an agreed test patient',
            },
          ]
        : [],
    ),
    ...(patient !== undefined && !carries.includes(true)
      ? [{ path: ['patient'], expected: 'a step that fills it in: { fill: { field, patient: true } }' }]
      : []),
  ];
};

const expects = (steps: readonly BrowserStep[]): boolean =>
  steps.some((step) => 'expectText' in step || 'expectUrl' in step || 'expectVisible' in step);

export const browser = defineKind({
  address: 'url',
  written: {
    /** What a person does after opening the target, in order. */
    steps: z.array(step).max(50, { error: 'at most 50 steps' }),
    /** Origins the pages may use beside that of the target. Everything else is blocked. @example ['https://login.example'] */
    allowed: z.array(origin).max(10, { error: 'at most 10 origins' }).optional(),
    /** False accepts certificates nobody trusts. Dates and names still count. */
    trusted: z.boolean().optional(),
    /** An agreed test patient, whose identity a step fills in. */
    patient: words.optional(),
  },
  whole: wrongSteps,
  normal: ({ steps, allowed = [], trusted = true, patient }, patients) => ({
    steps: [
      opening,
      ...steps.map((step, index): BrowserStep => {
        const forMs = maybe(step.for, (text) => parseDuration(text) ?? 0);
        const identity = maybe(patient, (name) => patients[name]?.identity);
        return { ...actOf(step, identity), name: nameOf(step, index), ...(forMs === undefined ? {} : { forMs }) };
      }),
    ],
    allowed,
    trusted,
  }),
  depth: ({ steps }: BrowserOptions) => (expects(steps) ? 'transaction' : 'protocol'),
  deepest: ({ steps }: BrowserOptions) => (expects(steps) ? 'transaction' : 'protocol'),
  measures: ({ steps }: BrowserOptions, overTls) => [
    ...(overTls ? ['certificate'] : []),
    ...steps.map(({ name }) => `step:${name}`),
  ],
  judges: true,
});
