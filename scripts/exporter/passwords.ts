import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';
import { createBudget } from './budget.ts';

/** Verdicts that are remembered: bcrypt is made to be slow, and a scraper comes every few seconds. */
const most = 100;
/** So many new ones are looked at in a second: each costs the thread that probes some hundredth of it. */
const perSecond = 5;
/** Compared with when there is no such user, so that time tells nobody who has one. */
const nobody = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8.0e1bYJ3xQp1O3Gz7l0S6eY1xkqHW';

/** Asks whether a user is known by a password; null when too many were asked about. Of passwords only keyed digests are kept. */
export const createPasswords = (users: Readonly<Record<string, string>>, mayLook = createBudget(perSecond)) => {
  const key = randomBytes(32);
  const known = new Map<string, boolean>();
  return async (user: string, password: string): Promise<boolean | null> => {
    const hash = Object.hasOwn(users, user) ? users[user] : undefined;
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64');
    const before = known.get(digest);
    if (before !== undefined) return before;
    if (!mayLook('passwords')) return null;
    const right = (await compare(password, (hash ?? nobody).replace(/^\$2[xy]/, '$2b'))) && hash !== undefined;
    for (const oldest of known.keys()) {
      if (known.size < most) break;
      known.delete(oldest);
    }
    known.set(digest, right);
    return right;
  };
};
