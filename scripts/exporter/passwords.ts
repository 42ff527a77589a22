import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';

/** Verdicts that are remembered: bcrypt is made to be slow, and a scraper comes every few seconds. */
const most = 100;
/** Compared with when there is no such user, so that time tells nobody who has one. */
const nobody = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8.0e1bYJ3xQp1O3Gz7l0S6eY1xkqHW';

/** Asks whether a user is known by a password. Of passwords only keyed digests are kept. */
export const createPasswords = (users: Readonly<Record<string, string>>) => {
  const key = randomBytes(32);
  const known = new Map<string, boolean>();
  return async (user: string, password: string): Promise<boolean> => {
    const hash = Object.hasOwn(users, user) ? users[user] : undefined;
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64');
    const before = known.get(digest);
    if (before !== undefined) return before;
    const right = (await compare(password, (hash ?? nobody).replace(/^\$2[xy]/, '$2b'))) && hash !== undefined;
    for (const oldest of known.keys()) {
      if (known.size < most) break;
      known.delete(oldest);
    }
    known.set(digest, right);
    return right;
  };
};
