import { formatDuration } from '../../../infra/landscape/duration.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Heartbeat, Probe } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';
import { secretOf } from '../../wire/secret.ts';

/** In whole units that a person reads; a second is the least. */
const lasting = (ms: number): string => formatDuration(Math.max(1, Math.round(ms / 1000)) * 1000);

/** Whether there was a time, longer than the grace, in which somebody listened and nothing was heard. */
const wasSilent = ({ last, listened }: Heartbeat, { now, graceMs }: { now: number; graceMs: number }): boolean =>
  listened.some(({ from, to }) => (to ?? now) - Math.max(from, last?.heard ?? from) > graceMs);

/** Nothing is dialled: a job reports, and what it said and when is held against what was declared. */
export const push: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const { token, graceMs, maxDurationMs, numbers } = optionsOf(aim.check, 'push');
    // Without its token no report could have been taken.
    secretOf(aim, token);
    const heartbeat = context.heartbeat?.(aim.check.id) ?? null;
    if (heartbeat === null)
      throw new ProbeFailure('could-not-run', 'expected to hear reports, got nobody who listens here');
    const { last } = heartbeat;
    const now = context.now();
    const age = last === null ? null : Math.max(0, now - last.heard);
    if (age !== null) notes.signal('age', age / 1000);
    const heard = age === null ? 'none' : `the last ${lasting(age)} ago`;
    if (last === null || age === null || age > graceMs) {
      if (wasSilent(heartbeat, { now, graceMs }))
        throw new ProbeFailure('heartbeat-missing', `expected a report within ${lasting(graceMs)}, heard ${heard}`);
      throw new ProbeFailure(
        'could-not-run',
        `expected to have listened for ${lasting(graceMs)}, heard ${heard} and was not always there`,
      );
    }
    notes.say(`reported ${last.status} ${lasting(age)} ago`);
    for (const name of numbers) {
      const value = last.numbers?.[name];
      if (value !== undefined) notes.signal(name, value);
    }
    const silent = numbers.filter((name) => last.numbers?.[name] === undefined);
    if (last.durationMs !== undefined) notes.signal('job-duration', last.durationMs / 1000);
    if (last.status === 'failed')
      throw new ProbeFailure(
        'job-failed',
        `expected the job to succeed, it reports that it failed${last.message === undefined ? '' : `: ${last.message}`}`,
      );
    if (maxDurationMs !== undefined && last.durationMs === undefined)
      throw new ProbeFailure('unexpected-answer', 'expected the report to say how long the job took, it does not');
    if (silent.length > 0)
      throw new ProbeFailure('series-missing', `expected the numbers ${silent.join(', ')} in the report, got none`);
    if (maxDurationMs !== undefined && last.durationMs !== undefined && last.durationMs > maxDurationMs)
      throw new ProbeFailure(
        'out-of-bounds',
        `expected the job to take at most ${lasting(maxDurationMs)}, it took ${lasting(last.durationMs)}`,
      );
    notes.reach('transaction');
    notes.asserted();
  });
