import type { ScenarioStep } from '../../../infra/landscape/kinds/scenario.ts';
import type { Vault } from '../../discretion/vault.ts';
import { celOf, holds } from '../../wire/cel.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Answer } from '../../wire/http/request.ts';
import { valuesIn } from '../../wire/json.ts';
import { patternOf } from '../../wire/pattern.ts';

const vocabulary = { status: 'int', headers: 'map', vars: 'map' } as const;

/** What a step has come to, and all that may be said of it. */
export type Result = {
  readonly answer: Answer;
  readonly json: () => unknown;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly vault: Vault;
};

const holdStatus = ({ status: wanted }: ScenarioStep, { answer: { status } }: Result): void => {
  const fits = wanted === undefined ? status >= 200 && status <= 299 : wanted.includes(status);
  if (!fits)
    throw new ProbeFailure(
      'unexpected-status',
      `expected status ${wanted?.join(' or ') ?? '200 to 299'}, got ${status}`,
    );
};

const holdHeaders = ({ headerMatches = [] }: ScenarioStep, { answer, vault }: Result): void => {
  for (const [name, source] of headerMatches) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined || !patternOf(source).matcher(value).find())
      throw new ProbeFailure(
        'unexpected-answer',
        `expected header ${name} to match /${source}/, got ${value === undefined ? 'none' : `"${vault.excerpt(value)}"`}`,
      );
  }
};

const holdBody = ({ bodyMatches }: ScenarioStep, { answer, vault }: Result): void => {
  if (bodyMatches === undefined || patternOf(bodyMatches).matcher(answer.body.toString('utf8')).find()) return;
  throw new ProbeFailure(
    'unexpected-answer',
    `expected a body that matches /${bodyMatches}/, got "${vault.excerpt(answer.body)}"`,
  );
};

const holdJson = async ({ json: expressions = [] }: ScenarioStep, result: Result): Promise<void> => {
  const { answer, json, vars, vault } = result;
  const { status, headers } = answer;
  for (const source of expressions) {
    const run = await celOf(source, valuesIn(answer.body), vocabulary);
    if (!holds(run, json(), { status, headers, vars }))
      throw new ProbeFailure('unexpected-answer', `expected ${source}, got "${vault.excerpt(answer.body)}"`);
  }
};

/** Everything that a step expects of its answer; throws with the first that does not hold. */
export const holdStep = async (step: ScenarioStep, result: Result): Promise<void> => {
  holdStatus(step, result);
  holdHeaders(step, result);
  holdBody(step, result);
  await holdJson(step, result);
};
