import { z } from 'zod';
import type { ServiceHours } from './model.ts';
import { forms } from './written.ts';

export const zone = z.string({ error: "an IANA time zone such as 'Europe/Copenhagen'" });
const clock = z
  .string({ error: "a time such as '07:00'" })
  .regex(forms.clock, { error: "a time such as '07:00', at most '24:00'" });
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const serviceHours = z.strictObject({
  /** Days on which the hours begin. */
  days: z.array(z.enum(weekdays)).min(1, { error: 'at least one day' }),
  /** Local time, `07:00`. */
  from: clock,
  /** Local time, at most `24:00`; earlier than `from` goes past midnight. */
  to: clock,
  /** @default the zone of the authority */
  zone: zone.optional(),
});
export type HoursInput = z.input<typeof serviceHours>;

export const hoursOf = ({ days, from, to, zone }: HoursInput, otherwise: string): ServiceHours => ({
  days: [...new Set(days.map((day) => weekdays.indexOf(day) + 1))].sort((a, b) => a - b),
  from,
  to,
  zone: zone ?? otherwise,
});
