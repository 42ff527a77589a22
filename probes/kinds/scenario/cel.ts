import type { ASTNode } from '@marcbachmann/cel-js';
import { ProbeFailure } from '../../wire/failure.ts';
import { patternOf } from '../../wire/pattern.ts';

/** CEL's `matches` is RE2; the library's is JavaScript's own, which a long answer could keep busy for ever. */
const withRe2 = (node: unknown): void => {
  if (Array.isArray(node)) for (const one of node) withRe2(one);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return;
  const { op, args } = node;
  if (op === 'rcall' && Array.isArray(args) && args[0] === 'matches') args[0] = 're2';
  withRe2(args);
};

/** What an expression may speak of, by name; a whole number is an `int`. */
export type Vocabulary = Readonly<Record<string, 'int' | 'map' | 'dyn'>>;

/** A predicate in CEL; one that cannot be read is our own trouble, one that asks for what is not there does not hold. */
export const celOf = async (
  source: string,
  vocabulary: Vocabulary,
): Promise<(seen: Readonly<Record<string, unknown>>) => boolean> => {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment = new Environment({ limits: { maxDepth: 100, maxAstNodes: 2000 } }).registerFunction(
    'string.re2(string): bool',
    (text: string, pattern: string) => patternOf(pattern).matcher(text).find(),
  );
  for (const [name, type] of Object.entries(vocabulary)) environment.registerVariable(name, type);
  const wrong = (why: string) => new ProbeFailure('could-not-run', `expected a CEL expression, got ${source}: ${why}`);
  const parsed = (() => {
    try {
      return environment.parse(source);
    } catch (error) {
      throw wrong(firstLine(error));
    }
  })();
  const tree: ASTNode = parsed.ast;
  withRe2(tree);
  const checked = parsed.check();
  if (!checked.valid) throw wrong(firstLine(checked.error));
  return (seen) => {
    const whole = Object.entries(seen).map(([name, value]) =>
      vocabulary[name] === 'int' ? [name, BigInt(Number(value))] : [name, value],
    );
    try {
      return parsed(Object.fromEntries(whole)) === true;
    } catch (error) {
      if (error instanceof ProbeFailure) throw error;
      return false;
    }
  };
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
