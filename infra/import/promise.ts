/** Whether a month can be held to it: all leaves no budget, none promises nothing. */
export const promisable = (objective: number): boolean => objective > 0 && objective < 100;

/** A share as a percentage, without the dust of a multiplication. */
export const percentOf = (share: number): number => Number((share * 100).toPrecision(12));
