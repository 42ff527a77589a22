import { CannotPlan } from './plan.ts';

/** Whether bytes, each as the character of its number, are UTF-8. */
export const isText = (bytes: string): boolean => {
  const plain = Buffer.from(bytes, 'latin1');
  return Buffer.from(plain.toString('utf8')).equals(plain);
};

/** Bytes as the text they are. */
export const textIn = (bytes: string): string => {
  if (!isText(bytes)) throw new CannotPlan('expected text in UTF-8, got other bytes');
  return Buffer.from(bytes, 'latin1').toString('utf8');
};
