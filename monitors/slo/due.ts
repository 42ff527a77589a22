import { type Day, type Minute, minutesPerDay, wordsPerDay } from '../history/history.ts';
import type { Calendar, Line } from './book.ts';
import { popcount, wordMask } from './planes.ts';
import { dayOf } from './store.ts';

/** How many minutes of a stretch of time a promise will count, watched or not: inside its hours, and not planned away. */
export const createDue = (calendar: Calendar) => {
  const known = new Map<string, number>();
  const countOn = ({ promised: { node, during } }: Line, day: Day, from: number, to: number): number => {
    const hours = during === null ? null : calendar.hours(during, day);
    const excluded = calendar.excluded(node, day);
    let count = 0;
    for (let word = 0; word < wordsPerDay; word += 1)
      count += popcount(wordMask(word, from, to) & (hours?.[word] ?? 0xffffffff) & ~(excluded[word] ?? 0));
    return count;
  };
  const wholeDay = (line: Line, day: Day): number => {
    const key = `${line.promised.id} ${day}`;
    const count = known.get(key) ?? countOn(line, day, 0, minutesPerDay);
    known.set(key, count);
    return count;
  };
  return {
    minutes: (line: Line, from: Minute, to: Minute): number => {
      let sum = 0;
      for (let day = dayOf(from); day * minutesPerDay < to; day += 1) {
        const [first, last] = [from - day * minutesPerDay, to - day * minutesPerDay];
        sum += first <= 0 && last >= minutesPerDay ? wholeDay(line, day) : countOn(line, day, first, last);
      }
      return sum;
    },
    /** What is planned or approved has changed. */
    forget: (): void => known.clear(),
  };
};
