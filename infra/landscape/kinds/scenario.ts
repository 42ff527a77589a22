import { z } from 'zod';
import type { Secret } from '../model.ts';
import { count, id, pattern, patternText, secret, tlsKeys, words, wordsOrSecret } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { clientKey, type StreamOptions } from './stream.ts';

/** Pairs, not an object: an object of the one key `file` or `env` would be taken for a secret. */
export type Named<T> = readonly (readonly [name: string, value: T])[];

export type Capture = (
  | { readonly json: string }
  | { readonly header: string }
  | { readonly body: string }
  | { readonly cookie: string }
) & {
  /** Read as a number and told as the signal `captured:<name>`. */
  readonly signal?: boolean;
};

export type Totp = {
  readonly totp: Secret;
  readonly digits?: number;
  readonly period?: number;
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
};

export type StepBody =
  | { readonly text: string }
  /** JSON as text; `${name}` stands inside its strings. */
  | { readonly json: string }
  | { readonly form: Named<string | Secret> };

export type Submit = {
  /** The form's id or name, or which one, from 1. */
  readonly form?: string | number;
  readonly fill: Named<string | Secret>;
  /** The name of the button that is pressed. */
  readonly button?: string;
};

export type ScenarioStep = {
  readonly name: string;
  readonly url?: string;
  readonly method: string;
  readonly headers?: Named<string | Secret>;
  readonly body?: StepBody;
  readonly submit?: Submit;
  readonly status?: readonly number[];
  readonly headerMatches?: Named<string>;
  readonly bodyMatches?: string;
  readonly json?: readonly string[];
  readonly redirects?: number;
  readonly capture?: Named<Capture>;
  readonly always?: boolean;
};

export type ScenarioOptions = {
  readonly steps: readonly ScenarioStep[];
  readonly variables: Named<string | Secret | Totp>;
  readonly writes?: string;
  readonly patient?: { readonly identity: Secret };
  /** Shown to the host of the target, when it asks. */
  readonly client?: NonNullable<StreamOptions['client']>;
  readonly serverName?: string;
  readonly trusted?: boolean;
};

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'a name of letters, digits and underscores' });
const namedWords = z.record(z.string(), wordsOrSecret);
const statusCode = count(100, 599);
const expression = z.string({ error: 'a CEL expression' }).min(1);

const totp = z.strictObject({
  /** The shared secret in base32. */
  totp: secret,
  /** @default 6 */
  digits: count(6, 8).optional(),
  /** Seconds. @default 30 */
  period: count(5, 300).optional(),
  /** @default 'SHA1' */
  algorithm: z.enum(['SHA1', 'SHA256', 'SHA512']).optional(),
});

// Those two are JavaScript's expressions inside the library: a long answer could keep them busy for ever.
const jsonPath = words.refine((path) => !/\b(?:match|search)\s*\(/.test(path), {
  error: 'a JSONPath without match and search',
});
const signal = z.boolean().optional();
const capture = z.union(
  [
    /** The one value at a JSONPath (RFC 9535). @example '$.entry[0].id' */
    z.strictObject({ json: jsonPath, signal }),
    z.strictObject({ header: words, signal }),
    /** The named group of that name, else the first group, else the whole match. */
    z.strictObject({ body: pattern, signal }),
    z.strictObject({ cookie: words, signal }),
  ],
  { error: 'one of { json }, { header }, { body } and { cookie }' },
);

const request = z
  .strictObject({
    /** Against the target; `${name}` is percent-encoded, at the very beginning it is the whole address. @default the target */
    url: words.optional(),
    /** All but GET, HEAD and OPTIONS want `writes`. @default 'GET', with a body 'POST' */
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
    headers: namedWords.optional(),
    /** As it stands; `${name}` is escaped as the content-type has it (JSON, XML, form), else as it is. */
    body: z.string().optional(),
    /** Sent as JSON; a text that is `${name}` alone keeps the type of what was captured. */
    json: z.json().optional(),
    /** Sent as a form, percent-encoded. */
    form: namedWords.optional(),
  })
  .refine(({ body, json, form }) => [body, json, form].filter((one) => one !== undefined).length <= 1, {
    error: 'at most one of body, json and form',
  });

const submit = z.strictObject({
  /** Its id or name, or which one, from 1. @default the one that has all fields of `fill` */
  form: z.union([words, count(1, 100)]).optional(),
  /** What is typed in, by name of field; hidden fields go along as the page has them. */
  fill: namedWords.optional(),
  /** Name of the button that is pressed. @default none */
  button: words.optional(),
});

const step = z
  .strictObject({
    /** Its time becomes the signal `step:<name>`. */
    name: id,
    request: request.optional(),
    /** A form of the page that the step before came to. */
    submit: submit.optional(),
    expect: z
      .strictObject({
        /** @default 200 to 299 */
        status: z.union([statusCode, z.array(statusCode)], { error: 'a status or a list of them' }).optional(),
        headers: z.record(z.string(), pattern).optional(),
        body: pattern.optional(),
        /** CEL of `body` (the JSON), `status`, `headers` and `vars` that must be true. @example 'body.total > 0' */
        json: z.union([expression, z.array(expression).min(1)], { error: 'a CEL expression or a list' }).optional(),
        /** So many redirects are followed. @default 5 */
        redirects: count(0, 10).optional(),
      })
      .optional(),
    /** What later steps use as `${name}`; shown nowhere. */
    capture: z.record(variableName, capture).optional(),
    /** Runs even after a failure, within what is left of the deadline: for what must be put back. */
    always: z.boolean().optional(),
  })
  .refine(({ request: own, submit: form }) => own === undefined || form === undefined, {
    error: 'either request or submit',
  });

const listOf = <T>(one: T | readonly T[]): readonly T[] => [one].flat() as readonly T[];
const namedOf = <A, B>(record: Readonly<Record<string, A>> | undefined, map: (value: A) => B): Named<B> | undefined =>
  maybe(record, (given) => Object.entries(given).map(([name, value]) => [name, map(value)] as const));
const same = <T>(value: T): T => value;

const bodyOf = ({ body, json, form }: z.output<typeof request>): StepBody | undefined => {
  if (body !== undefined) return { text: body };
  if (json !== undefined) return { json: JSON.stringify(json) };
  return maybe(form, (fields) => ({ form: Object.entries(fields) }));
};
const captureOf = ({ signal: told, ...from }: z.output<typeof capture>): Capture => ({
  ...('body' in from ? { body: patternText(from.body) } : from),
  ...(told === undefined ? {} : { signal: told }),
});
const submitOf = ({ fill = {}, form, button }: z.output<typeof submit>): Submit =>
  present<Submit>({ fill: Object.entries(fill), form, button });

type WrittenStep = z.output<typeof step>;
const methodOf = ({ method, ...bodies }: z.output<typeof request>): string =>
  method ?? (bodyOf(bodies) === undefined ? 'GET' : 'POST');

const stepOf = ({ name, request: own = {}, submit: filled, expect = {}, capture: caught, always }: WrittenStep) =>
  present<ScenarioStep>({
    name,
    url: own.url,
    method: methodOf(own),
    headers: namedOf(own.headers, same),
    body: bodyOf(own),
    submit: maybe(filled, submitOf),
    status: maybe(expect.status, listOf<number>),
    headerMatches: namedOf(expect.headers, patternText),
    bodyMatches: maybe(expect.body, patternText),
    json: maybe(expect.json, listOf<string>),
    redirects: expect.redirects,
    capture: namedOf(caught, captureOf),
    always,
  });

/** `${name}`; with one more `$` before it, it is text. */
export const reference = /\$(\$)?\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(reference)].flatMap(([, escaped, name]) => (escaped === undefined && name ? [name] : []));
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};
/** The variables that a step as it was written, or as the probe has it, asks for. */
export const namesOf = (sent: unknown): ReadonlySet<string> => new Set(textsIn(sent).flatMap(namesIn));

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Whether it may change something at the peer: the method of a form is known only when the page is read. */
export const mayWrite = ({ method }: Pick<ScenarioStep, 'method'>): boolean => !safe.has(method);

type Written = {
  readonly steps: readonly WrittenStep[];
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly writes?: string | undefined;
  readonly patient?: string | undefined;
};
const unknownNames = ({ steps, variables = {}, patient }: Written): readonly Wrong[] => {
  const known = new Set([...Object.keys(variables), ...(patient === undefined ? [] : ['patient'])]);
  return steps.flatMap(({ request: own, submit: filled, capture: caught = {} }, index) => {
    const missing = [...namesOf([own, filled])].filter((name) => !known.has(name));
    for (const name of Object.keys(caught)) known.add(name);
    return missing.map((name) => ({
      path: ['steps', index],
      expected: `a value for \${${name}}, declared or captured in a step before`,
    }));
  });
};
const whole = (written: Written): readonly Wrong[] => {
  const { steps, writes } = written;
  const writing = steps.find(({ request: own = {} }) => mayWrite({ method: methodOf(own) }));
  const names = steps.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  return [
    ...unknownNames(written),
    ...(writing === undefined || writes !== undefined
      ? []
      : [
          { path: ['writes'], expected: `the reference of an approval, for step ${writing.name} may change something` },
        ]),
    ...(twice < 0 ? [] : [{ path: ['steps', twice, 'name'], expected: 'a name no other step has' }]),
    ...(steps[0]?.submit === undefined ? [] : [{ path: ['steps', 0, 'submit'], expected: 'a page before it' }]),
    ...(steps.some(({ always }) => always !== true)
      ? []
      : [{ path: ['steps', 0, 'always'], expected: 'at least one step that is not for cleaning up' }]),
  ];
};

/** The last step that is not for cleaning up: what it asserts is what a good run has proved. */
export const finalStep = ({ steps }: Pick<ScenarioOptions, 'steps'>): ScenarioStep | undefined =>
  steps.findLast(({ always }) => always !== true);
export const asserts = (one: ScenarioStep | undefined): boolean =>
  one !== undefined && [one.status, one.headerMatches, one.bodyMatches, one.json].some((wish) => wish !== undefined);
const depthOf = (options: ScenarioOptions) => (asserts(finalStep(options)) ? 'transaction' : 'protocol');

const capturedSignals = ({ steps }: ScenarioOptions): readonly string[] =>
  steps.flatMap(({ capture: caught = [] }) =>
    caught.flatMap(([name, { signal: told }]) => (told === true ? [`captured:${name}`] : [])),
  );

export const scenario = defineKind({
  address: 'url',
  written: {
    steps: z.array(step).min(1, { error: 'at least one step' }).max(30, { error: 'at most 30 steps' }),
    /** What steps use as `${name}`: texts, secrets and one-time codes (RFC 6238). */
    variables: z
      .record(variableName, z.union([words, secret, totp], { error: 'a text, a secret or { totp }' }))
      .optional(),
    /** Reference of the approval that steps may change something at the peer. @example 'case 26/1234' */
    writes: words.optional(),
    /** An agreed test patient, whose identity is `${patient}`. */
    patient: words.optional(),
    /** Our own certificate and key (PEM), for a target that asks. */
    client: clientKey,
    ...tlsKeys,
  },
  whole,
  normal: ({ steps, variables = {}, writes, patient, client, serverName, trusted }, patients) =>
    present<ScenarioOptions>({
      steps: steps.map(stepOf),
      variables: Object.entries(variables).map(([name, value]) => [
        name,
        typeof value === 'object' && 'totp' in value ? present<Totp>(value) : value,
      ]),
      writes,
      client,
      patient: maybe(patient, (name) => maybe(patients[name], ({ identity }) => ({ identity }))),
      serverName,
      trusted,
    }),
  depth: depthOf,
  deepest: depthOf,
  measures: (options, overTls) => [
    ...options.steps.map(({ name }) => `step:${name}`),
    ...capturedSignals(options),
    ...(overTls ? ['certificate'] : []),
  ],
  judges: true,
});
