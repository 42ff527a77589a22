import { describe, expect, test } from 'vitest';
import { type Controls, stories, storyNames } from './stories.ts';

const told = (name: (typeof storyNames)[number]) => stories[name].steps.flatMap(({ phase }) => (phase ? [phase] : []));

/** Writes down what a story would do. */
const playedOn = async (name: (typeof storyNames)[number]): Promise<readonly string[]> => {
  const done: string[] = [];
  const note =
    (verb: string) =>
    (...what: readonly unknown[]) =>
      void done.push([verb, ...what].join(' '));
  const noteLater =
    (verb: string) =>
    async (...what: readonly unknown[]) =>
      note(verb)(...what);
  const controls: Controls = {
    kill: noteLater('kill'),
    revive: noteLater('revive'),
    cut: noteLater('cut'),
    mend: noteLater('mend'),
    renew: noteLater('renew'),
    ramp: note('ramp'),
    grow: note('grow'),
    free: note('free'),
  };
  for (const step of stories[name].steps) await step.act(controls);
  return done;
};

describe.each(storyNames)('%s', (name) => {
  const story = stories[name];
  test('is told in both languages', () => {
    const texts = [story.title, story.tells, ...story.steps.filter(({ phase }) => phase).map(({ text }) => text)];
    for (const { da, en } of texts) {
      expect(da.length).toBeGreaterThan(5);
      expect(en.length).toBeGreaterThan(5);
      expect(da).not.toBe(en);
    }
  });
  test('goes forward in time and ends after its last step, within 90 s to four minutes', () => {
    const times = [...story.steps.map(({ at }) => at), story.lasts];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(story.lasts).toBeGreaterThanOrEqual(90);
    expect(story.lasts).toBeLessThanOrEqual(240);
  });
  test('has a fault, then worse, then recovery; an ordinary day has none of them', () => {
    expect(told(name)).toEqual(name === 'ordinary-day' ? [] : ['fault', 'worse', 'recovery']);
  });
  test('leaves nothing dead, cut, growing or slow behind', async () => {
    const done = await playedOn(name);
    const last = new Map<string, string>();
    for (const deed of done) {
      const [verb = '', what = '', ...rest] = deed.split(' ');
      const undone = { kill: 'dead', revive: '', cut: 'cut', mend: '' }[verb];
      if (undone !== undefined) last.set(`${verb === 'cut' || verb === 'mend' ? 'way' : 'machine'} ${what}`, undone);
      if (verb === 'grow' || verb === 'ramp') last.set(`${verb} ${what}`, rest[0] === '0' ? '' : deed);
      if (verb === 'renew') last.set(`renew ${what}`, rest[0] === undefined || rest[0] === '' ? '' : deed);
    }
    // The creeping delay of an ordinary 50 ms is part of its story's beginning and is taken back with the rest.
    expect([...last.values()].filter((left) => left !== '')).toEqual([]);
  });
});

test('the shortest story is the one of the two database nodes', () => {
  const shortest = storyNames.toSorted((a, b) => stories[a].lasts - stories[b].lasts)[0];
  expect(shortest).toBe('database-nodes');
});
