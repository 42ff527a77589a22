import { z } from 'zod';
import { scenario } from '../../../../infra/landscape/kinds/scenario.ts';
import type { Check, TestPatient } from '../../../../infra/landscape/model.ts';
import type { Aim } from '../../../observation.ts';
import { checkOf } from '../../../testing/servers.ts';

const schema = z.strictObject(scenario.written);
export type Written = z.input<typeof schema>;

export const patients: Readonly<Record<string, TestPatient>> = {
  nancy: { id: 'nancy', identity: { env: 'NANCY' }, approval: 'case 26/1234' },
};

/** An aim as a landscape would give it: what is written goes through the kind's own form and rules. */
export const aimOf = (target: string, written: Written, more: Partial<Check> = {}): Aim => {
  const parsed = schema.parse(written);
  const wrong = scenario.whole?.(parsed) ?? [];
  if (wrong.length > 0) throw new Error(wrong.map(({ path, expected }) => `${path.join('.')}: ${expected}`).join('\n'));
  const options = scenario.normal(parsed, patients);
  return {
    check: checkOf('scenario', options, {
      depth: scenario.depth(options),
      timeoutMs: 5000,
      intervalMs: 30_000,
      ...more,
    }),
    target,
    secrets: {},
  };
};
