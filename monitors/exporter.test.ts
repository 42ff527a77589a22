import { expect, test } from 'vitest';
import { createMonitorExporter } from './exporter.ts';
import type { Picture } from './picture.ts';
import { createPlay, smallEstate } from './testing/estate.ts';

const whole = (picture: Omit<Picture, 'landscape' | 'provenance' | 'since'>): Picture => ({
  ...picture,
  landscape: '',
  provenance: 'measured',
  since: {},
});

test('before anything is judged no series says that anything is well', async () => {
  const page = await createMonitorExporter(smallEstate).metrics();
  expect(page.split('\n').filter((line) => /\{.*\} 1$/.test(line))).toEqual([]);
});
test('good is 1, bad is 0, unknown is NaN; an alert that is over is gone', async () => {
  const { world, play } = createPlay();
  const exporter = createMonitorExporter(smallEstate);
  play(10);
  for (const db of ['db-1/up', 'db-2/up']) world.outcomes.set(db, 'bad');
  exporter.show(whole(play(5)));
  const hit = await exporter.metrics();
  expect(hit).toContain('forvarsel_workflow_state{workflow="order",site="ward"} 0');
  expect(hit).toContain('forvarsel_node_state{node="idp-1",kind="component"} 1');
  expect(hit).toMatch(/forvarsel_alert\{rule="impact",severity="page",phase="firing",node="order",site="ward"\} 1/);
  world.outcomes.clear();
  exporter.show(whole(play(20)));
  expect(await exporter.metrics()).not.toContain('forvarsel_alert{');
  for (const vantage of ['north', 'south', 'ward']) world.silent.add(vantage);
  exporter.show(whole(play(60)));
  const dark = await exporter.metrics();
  expect(dark).toContain('forvarsel_node_state{node="idp-1",kind="component"} Nan');
  expect(dark).toContain('forvarsel_vantage_connected{vantage="ward"} Nan');
});

test('attempt, confirmed, quorum and what explains it stand beside each other, and none hides another', async () => {
  const { world, play } = createPlay();
  const exporter = createMonitorExporter(smallEstate);
  const refused = { reason: 'refused', message: '', duration: 0.1 } as const;
  world.more.set('epj/front@north', { first: refused });
  exporter.show(whole(play(10)));
  const flicker = await exporter.metrics();
  expect(flicker).toContain('forvarsel_check_attempt{check="epj/front",vantage="north"} 0');
  expect(flicker).toContain('forvarsel_check_confirmed{check="epj/front",vantage="north"} 1');
  expect(flicker).toContain('forvarsel_check_quorum{check="epj/front"} 1');
  expect(flicker).toContain('forvarsel_check_standing{check="epj/front",standing="suspect"} 1');
  for (const check of ['epj/front', 'db-1/up', 'db-2/up']) world.outcomes.set(check, 'bad');
  world.cut.add('ward');
  exporter.show(whole(play(15)));
  const hit = await exporter.metrics();
  expect(hit).toContain('forvarsel_check_standing{check="epj/front",standing="explained"} 1');
  expect(hit).toContain('forvarsel_check_explained_info{check="epj/front",node="db-1"} 1');
  expect(hit).toContain('forvarsel_check_tainted{check="epj/front",vantage="ward",why="vantage-cut-off"} 1');
  expect(hit).not.toContain('standing="suspect"} 1');
});
