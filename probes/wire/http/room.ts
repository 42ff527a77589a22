import type { Room } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';

export type Size = {
  /** Bytes that all runs together keep beyond their own. */
  readonly most: number;
  /** Bytes that a run keeps whatever others do: an ordinary page always has a place. */
  readonly each: number;
};
/** The room of one run; after `leave` nothing is kept, and nothing can be taken. */
export type Lease = Room & { readonly leave: () => void };
export type Hall = { readonly lease: () => Lease; readonly held: () => number };

const full = (why: string): ProbeFailure =>
  new ProbeFailure('could-not-run', `expected memory for what the peer says, got none: ${why}`);

/** Memory for bodies that many runs share, so that many large answers at once cannot end the process. */
export const createHall = ({ most, each }: Size): Hall => {
  let held = 0;
  const lease = (): Lease => {
    let own = 0;
    let left = false;
    const change = (bytes: number): void => {
      const more = Math.max(0, own + bytes - each) - Math.max(0, own - each);
      if (more > 0 && held + more > most) throw full('too many large answers at once');
      own += bytes;
      held += more;
    };
    return {
      take: (bytes) => {
        if (left) throw full('the run is over');
        change(bytes);
      },
      give: (bytes) => {
        if (!left) change(-bytes);
      },
      leave: () => {
        change(-own);
        left = true;
      },
    };
  };
  return { lease, held: () => held };
};
