import { expect } from 'vitest';
import { ProbeFailure } from '../wire/failure.ts';

/** Whatever comes in, it is read or refused as the peer's fault; anything else would be a crash. */
export const survives = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ProbeFailure);
    expect(error).toMatchObject({ reason: 'protocol-error' });
  }
};
