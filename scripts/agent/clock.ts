/**
 * Puts moments of an agent's monotonic clock on ours. What was seen is never made younger than it is: of all offsets
 * the answers allow the earliest is taken, so that doubt costs us our certainty and not the truth.
 */

/** Quartz drifts by less; what an old answer allowed is widened by it. */
const drift = 100e-6;

export type Sample = {
  /** Our monotonic ms when the question was sent, and when the answer had come. */
  readonly sent: number;
  readonly received: number;
  /** The agent's monotonic ms when it answered. */
  readonly theirs: number;
};

export const createOffset = () => {
  let best: { readonly offset: number; readonly at: number } | null = null;
  return {
    take: ({ sent, received, theirs }: Sample): void => {
      // The agent answered before we had the answer: an offset beyond that is refuted. A clock of ours that stood still
      // while the machine slept does this, and what was seen would otherwise be from our future.
      if (best !== null && best.offset > received - theirs) best = null;
      // The agent answered after we had sent: its moment lies no earlier than this on our clock.
      const offset = sent - theirs;
      const known = best === null ? Number.NEGATIVE_INFINITY : best.offset - (sent - best.at) * drift;
      if (offset >= known) best = { offset, at: sent };
    },
    /** The agent has started anew, and so has its clock. */
    forget: (): void => {
      best = null;
    },
    /** Our monotonic ms of a moment of theirs; null before any answer. */
    ours: (theirs: number): number | null => (best === null ? null : theirs + best.offset),
  };
};
