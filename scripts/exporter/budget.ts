import { monotonic } from '../../probes/clock.ts';

/** As many places are remembered; who is forgotten has not been asked for longest. */
const most = 10_000;

/** How often one place may be asked: so many times a second, in bursts of at most as many. */
export const createBudget = (perSecond: number, now: () => number = monotonic) => {
  const places = new Map<string, { left: number; at: number }>();
  return (place: string): boolean => {
    const at = now();
    const known = places.get(place) ?? { left: Math.max(1, perSecond), at };
    const left = Math.min(Math.max(1, perSecond), known.left + ((at - known.at) / 1000) * perSecond);
    places.delete(place);
    for (const oldest of places.keys()) {
      if (places.size < most) break;
      places.delete(oldest);
    }
    places.set(place, { left: left < 1 ? left : left - 1, at });
    return left >= 1;
  };
};
