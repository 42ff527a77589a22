import { expect, test } from 'vitest';
import type { Picture } from '../../monitors/picture.ts';
import { createPlay, smallEstate } from '../../monitors/testing/estate.ts';
import { createChanges } from './changes.ts';

const whole = (picture: Omit<Picture, 'landscape' | 'provenance' | 'since'>): Picture => ({
  ...picture,
  landscape: '',
  provenance: 'measured',
  since: {},
});

test('a death, an impact and a recovery are one line each, in both languages, and quiet is no line', () => {
  const { world, play } = createPlay();
  const [english, danish] = [createChanges(smallEstate, 'en'), createChanges(smallEstate, 'da')];
  const told: string[] = [];
  const tellAll = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      const picture = whole(play(1));
      for (const { what, text } of english(picture)) told.push(`${what}: ${text}`);
      for (const { what } of danish(picture)) told.push(what);
    }
  };
  tellAll(10);
  expect(told).toEqual([]);
  world.outcomes.set('db-1/up', 'bad');
  tellAll(5);
  expect(told).toEqual([
    'thin: order @ ward: db-1 out of order. If one more component fails, it stops; when all works it bears the loss of 1.',
    'tynd',
  ]);
  world.outcomes.set('db-2/up', 'bad');
  tellAll(5);
  expect(told.slice(2)).toEqual([expect.stringMatching(/^IMPACT: order @ ward: db-1 and db-2 out of order/), 'RAMT']);
  world.outcomes.clear();
  tellAll(20);
  expect(told.slice(4).filter((line) => line === 'ovre')).toHaveLength(2);
});
