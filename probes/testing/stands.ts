import { afterEach, beforeAll, expect, vi } from 'vitest';
import { createAuthority, type Issued } from '../../scripts/demo/protocols/authority.ts';
import type { Stand } from './servers.ts';

type Standing = Pick<Stand, 'open' | 'close'>;

/** Where a test file puts its servers: when a test is over each must have been left by its probe, and is closed. */
export const keepStands = <T extends Standing = Stand>(): T[] => {
  const stands: T[] = [];
  afterEach(async () => {
    for (const stand of stands.splice(0)) {
      await vi.waitFor(() => expect(stand.open(), 'leaves no connection').toBe(0), { timeout: 1000 });
      await stand.close();
    }
  });
  return stands;
};

/** A certificate for one name and the root it leads to, made before the tests of a file. */
export const certifying = (name: string) => {
  const made: { issued?: Issued; root?: string } = {};
  beforeAll(async () => {
    const authority = await createAuthority();
    made.root = authority.pem;
    made.issued = await authority.issue([name], new Date(Date.now() + 86_400_000));
  });
  const known = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('asked for a certificate before the tests begin');
    return value;
  };
  return { issued: () => known(made.issued), root: () => known(made.root) };
};
