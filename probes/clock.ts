/** Where this thread's own clock began on the one of the process; both are the same clock of the system. */
const started = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Monotonic ms on one clock for all threads of the process; `performance.now()` starts anew in each thread. */
export const monotonic = (): number => started + performance.now();

export type SetTimer = (ms: number, then: () => void) => () => void;
export const setTimer: SetTimer = (ms, then) => {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
};

const period = 100;
/** A tick later than this is a thread that stood still, not the ordinary lateness of a timer. */
const slack = 50;

/**
 * Watches whether this thread itself stands still: `stalled()` is the total ms it was late. A deadline that passed
 * while nobody could read the answer says nothing about the peer.
 */
export const createPulse = (now: () => number = monotonic) => {
  let last = now();
  let total = 0;
  const late = () => {
    const over = now() - last - period;
    return over > slack ? over : 0;
  };
  const timer = setInterval(() => {
    total += late();
    last = now();
  }, period);
  timer.unref();
  return { stalled: () => total + late(), stop: () => clearInterval(timer) };
};
