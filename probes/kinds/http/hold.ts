import type { HeaderRule, HttpOptions } from '../../../infra/landscape/kinds/http.ts';
import type { Shown } from '../../discretion/shown.ts';
import { celOf } from '../../wire/cel.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { holdStatus } from '../../wire/http/fetch.ts';
import type { Answer } from '../../wire/http/request.ts';
import { jsonOf, valuesIn } from '../../wire/json.ts';
import type { Notes } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';

type Held = { readonly answer: Answer; readonly notes: Notes; readonly shown: Shown };

const valuesOf = ({ fields }: Answer, name: string): readonly string[] => {
  const lower = name.toLowerCase();
  return fields.flatMap(([one, value]) => (one === lower ? [value] : []));
};

const holdHeader = ({ name, pattern, optional }: HeaderRule, never: boolean, { answer, shown }: Held): void => {
  const values = valuesOf(answer, name);
  if (values.length === 0 && optional === true) return;
  const matched = values.find((value) => patternOf(pattern).test(value));
  if (never ? matched === undefined && values.length > 0 : matched !== undefined) return;
  const got = never ? matched : values[0];
  throw new ProbeFailure(
    'unexpected-answer',
    `expected header ${name} ${never ? 'not ' : ''}to match /${pattern}/, got ${got === undefined ? 'none' : `"${shown(got)}"`}`,
  );
};

const holdBody = (patterns: readonly string[], never: boolean, { answer, shown }: Held): void => {
  if (patterns.length === 0) return;
  const text = answer.body.toString('utf8');
  for (const pattern of patterns)
    if (patternOf(pattern).test(text) === never)
      throw new ProbeFailure(
        'unexpected-answer',
        never
          ? `expected a body that does not match /${pattern}/, got one that does`
          : `expected a body that matches /${pattern}/, got "${shown(answer.body)}"`,
      );
};

const resultOf = (run: (body: unknown) => unknown, body: unknown): string | boolean => {
  try {
    const value = run(body);
    return typeof value === 'boolean' ? value : 'another value';
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    return (error instanceof Error ? error.message.split('\n')[0] : undefined) ?? 'an error';
  }
};

const holdJson = async (sources: readonly string[], never: boolean, { answer, shown }: Held): Promise<void> => {
  if (sources.length === 0) return;
  const body = jsonOf(answer.body, () => `"${shown(answer.body)}"`);
  for (const source of sources) {
    const value = resultOf(await celOf(source, valuesIn(answer.body)), body);
    if (value === !never) continue;
    const got = typeof value === 'string' ? shown(value) : `"${shown(answer.body)}"`;
    throw new ProbeFailure('unexpected-answer', `expected ${source} to be ${!never}, got ${got}`);
  }
};

const holdCompression = ({ compression, blind }: HttpOptions, { answer }: Held): void => {
  if (compression === undefined || blind === true || answer.body.length === 0) return;
  const said =
    valuesOf(answer, 'content-encoding')
      .join(', ')
      .toLowerCase()
      .replace(/^x-gzip$/, 'gzip') || 'identity';
  if (said !== compression)
    throw new ProbeFailure('unexpected-answer', `expected a body encoded as ${compression}, got ${said}`);
};

const holdVersion = ({ versions }: HttpOptions, { answer: { version } }: Held): void => {
  if (versions !== undefined && !versions.includes(version))
    throw new ProbeFailure('unexpected-version', `expected HTTP/${versions.join(' or ')}, got HTTP/${version}`);
};

const holdTls = ({ secured }: HttpOptions, { answer: { tls } }: Held): void => {
  if (secured === true && !tls)
    throw new ProbeFailure('tls-not-offered', 'expected an answer over TLS, got one without');
  if (secured === false && tls)
    throw new ProbeFailure('unexpected-tls', 'expected an answer without TLS, got one over it');
};

/** Says which kind of assertion it was that failed, where there are several. */
const tell = (kind: 'regex' | 'cel', error: unknown, { notes }: Held): unknown => {
  if (error instanceof ProbeFailure && error.reason !== 'could-not-run') notes.fact('failedOn', kind);
  return error;
};

const listOf = (value: string | readonly string[] = []): readonly string[] =>
  typeof value === 'string' ? [value] : value;

const expectsText = (options: HttpOptions): boolean =>
  options.headerMatches !== undefined ||
  options.headerNever !== undefined ||
  options.bodyMatches !== undefined ||
  options.bodyNever !== undefined;
const expectsJson = ({ json, jsonNever }: HttpOptions): boolean => json !== undefined || jsonNever !== undefined;

/** Whether anything is expected that an answer can be held against. */
export const asserts = (options: HttpOptions): boolean =>
  options.status !== undefined || expectsText(options) || expectsJson(options);
/** Whether the whole body is looked at. */
export const looksAtBody = (options: HttpOptions): boolean =>
  options.bodyMatches !== undefined || options.bodyNever !== undefined || expectsJson(options);

const holdTexts = (options: HttpOptions, held: Held): void => {
  try {
    for (const rule of options.headerMatches ?? []) holdHeader(rule, false, held);
    for (const rule of options.headerNever ?? []) holdHeader(rule, true, held);
    holdBody(listOf(options.bodyMatches), false, held);
    holdBody(listOf(options.bodyNever), true, held);
  } catch (error) {
    throw tell('regex', error, held);
  }
};

const holdValues = async ({ json = [], jsonNever = [] }: HttpOptions, held: Held): Promise<void> => {
  try {
    await holdJson(jsonNever, true, held);
    await holdJson(json, false, held);
  } catch (error) {
    throw tell('cel', error, held);
  }
};

const holdRest = (options: HttpOptions, held: Held): void => {
  holdCompression(options, held);
  holdVersion(options, held);
  holdTls(options, held);
};

/** Everything the check expects of the answer; throws with the first that does not hold. */
export const hold = (options: HttpOptions, held: Held): Promise<void> | void => {
  holdStatus(options, held.answer);
  if (expectsText(options)) holdTexts(options, held);
  if (!expectsJson(options)) return holdRest(options, held);
  return holdValues(options, held).then(() => holdRest(options, held));
};
