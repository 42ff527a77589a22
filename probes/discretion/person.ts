import { ProbeFailure } from '../wire/failure.ts';

const monthLengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** A date and four digits, or three letters or digits and one; 60 is added to the day of replacement numbers. */
const number = /(?<![0-9A-Za-z.])(\d{2})(\d{2})(\d{2})(?:[-\s+]?\d{4}|[-+][0-9A-Z]{3}\d)(?![0-9A-Za-z])/g;

const holdsPerson = (text: string): boolean =>
  [...text.matchAll(number)].some(([, day, month]) => {
    const date = Number(day) > 60 ? Number(day) - 60 : Number(day);
    return date >= 1 && date <= (monthLengths[Number(month) - 1] ?? 0);
  });

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Refuses to send what may be a civil registration number, unless it is the agreed test patient's (`identity`). */
export const refusePerson = (texts: readonly string[], identity: string | null): void => {
  const sent = texts.map((text) => {
    const plain = decoded(text);
    return identity === null || identity === '' ? plain : plain.replaceAll(identity, '');
  });
  if (sent.some(holdsPerson))
    throw new ProbeFailure(
      'could-not-run',
      "expected a request without a person's identity, got what may be a civil registration number; nothing was sent",
    );
};
