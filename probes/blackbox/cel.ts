import { Environment } from '@marcbachmann/cel-js';

/** Why a text is no CEL expression of `body`; null when it is one. */
export const celProblem = (source: string): string | null => {
  try {
    const { valid, error } = new Environment({ homogeneousAggregateLiterals: false })
      .registerVariable('body', 'dyn')
      .parse(source)
      .check();
    return valid ? null : (error?.message.split('\n')[0] ?? 'a type that does not fit');
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  }
};
