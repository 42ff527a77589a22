import type { SetTimer } from '../clock.ts';

/** A clock that stands until it is moved; `block` moves it without letting anything run, as a frozen thread does. */
export const createClock = (wallAtZero = 1_000_000) => {
  let now = 0;
  let step = 0;
  const timers = new Set<{ readonly due: number; readonly then: () => void }>();
  const setTimer: SetTimer = (ms, then) => {
    const timer = { due: now + ms, then };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const advance = async (ms: number): Promise<void> => {
    const end = now + ms;
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.due);
      next.then();
      await settle();
    }
    now = Math.max(now, end);
    await settle();
  };
  return {
    now: () => now,
    wall: () => wallAtZero + now + step,
    setTimer,
    advance,
    block: (ms: number): void => {
      now += ms;
    },
    stepWall: (ms: number): void => {
      step += ms;
    },
    pending: () => timers.size,
  };
};
