import type { Probe } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';

export const oidc: Probe = (aim, context) =>
  measure(aim, context, async () => {
    throw new ProbeFailure('could-not-run', 'this kind does not exist yet');
  });
