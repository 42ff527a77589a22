import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeEngine, type Engine, engineAt } from '../testing/engine.ts';

/** What is generated is tried on these; that they are what they are called is tried here. */
describeEngine('the engines', ['prometheus', 'promtool', 'alertmanager', 'amtool', 'sloth'], () => {
  test.each<[Engine, string]>([
    ['prometheus', '--version'],
    ['promtool', '--version'],
    ['alertmanager', '--version'],
    ['amtool', '--version'],
    ['sloth', 'version'],
  ])('%s answers', (engine, flag) => {
    expect(spawnSync(engineAt(engine), [flag], { encoding: 'utf8' }).status).toBe(0);
  });
});
