import type { Environment } from '@marcbachmann/cel-js';
import { ProbeFailure } from './failure.ts';
import { patternOf } from './pattern.ts';

/** What an expression may speak of beside `body`, by name; an `int` is given as a number. */
export type Vocabulary = Readonly<Record<string, 'int' | 'map' | 'dyn'>>;
/** The value of an expression for a body; throws where the body has not what the expression asks for. */
export type Program = (body: unknown, more?: Readonly<Record<string, unknown>>) => unknown;

const macros = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter']);
const limits = { maxDepth: 100, maxAstNodes: 2000 };
/** More steps than this would keep the thread busy; a loop within a loop takes the square of what it goes over. */
const mostSteps = 1_000_000;

const isNode = (value: unknown): value is { readonly op: unknown; readonly args: unknown } =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** CEL's `matches` is RE2; the library's is JavaScript's own, which a long answer could keep busy for ever. */
const useRe2 = (value: unknown): void => {
  if (Array.isArray(value)) for (const one of value) useRe2(one);
  if (!isNode(value)) return;
  const { op, args } = value;
  if (op === 'rcall' && Array.isArray(args) && args[0] === 'matches') args[0] = 're2';
  useRe2(args);
};

/** How deep loops stand in each other. */
const loopsIn = (value: unknown): number => {
  if (Array.isArray(value)) return Math.max(0, ...value.map(loopsIn));
  if (!isNode(value)) return 0;
  const { op, args } = value;
  const own = op === 'rcall' && Array.isArray(args) && macros.has(String(args[0])) ? 1 : 0;
  return own + loopsIn(args);
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

type Made = { readonly run: Program; readonly loops: number };
const programIn = (environment: Environment, source: string, vocabulary: Vocabulary): Made => {
  try {
    const parsed = environment.parse(source);
    useRe2(parsed.ast);
    const { valid, error } = parsed.check();
    if (!valid) throw error ?? new Error('a type that does not fit');
    const typed = (more: Readonly<Record<string, unknown>>) =>
      Object.entries(more).map(([name, value]) => [name, vocabulary[name] === 'int' ? BigInt(Number(value)) : value]);
    return {
      run: (body, more = {}) => parsed({ ...Object.fromEntries(typed(more)), body }),
      loops: loopsIn(parsed.ast),
    };
  } catch (error) {
    throw new ProbeFailure('could-not-run', `expected a CEL expression, got ${source}: ${firstLine(error)}`);
  }
};

/** As many as a landscape has in use at a time. */
const mostPrograms = 256;
// Made once for each expression; the oldest goes first.
const programs = new Map<string, Promise<Made>>();
const make = async (source: string, vocabulary: Vocabulary): Promise<Made> => {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits })
    .registerVariable('body', 'dyn')
    .registerFunction('string.re2(string): bool', (text: string, pattern: string) => patternOf(pattern).test(text));
  for (const [name, type] of Object.entries(vocabulary)) environment.registerVariable(name, type);
  return programIn(environment, source, vocabulary);
};

/**
 * A CEL expression of `body`, which is JSON; `values` is how many values the body may hold. One that cannot be read is
 * our own trouble. What it gives for a body is not looked at: true, false, another value or an error.
 */
export const celOf = async (source: string, values: number, vocabulary: Vocabulary = {}): Promise<Program> => {
  const key = `${Object.keys(vocabulary).join()}|${source}`;
  const known = programs.get(key) ?? make(source, vocabulary);
  for (const oldest of programs.keys()) {
    if (programs.size < mostPrograms) break;
    programs.delete(oldest);
  }
  programs.set(key, known);
  const { run, loops } = await known;
  if (values ** loops > mostSteps)
    throw new ProbeFailure('answer-too-large', `expected JSON that ${source} can go over, got about ${values} values`);
  return run;
};

/** Whether an expression is true of a body; one that asks for something that is not there does not hold. */
export const holds = (run: Program, body: unknown, more: Readonly<Record<string, unknown>> = {}): boolean => {
  try {
    return run(body, more) === true;
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    return false;
  }
};
