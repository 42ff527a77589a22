import { describe, expect, test } from 'vitest';
import type { NodeId, SiteId } from '../../infra/landscape/model.ts';
import type { Alert, Impact, Picture, State, Warning } from '../../monitors/picture.ts';
import { createApp } from './app.ts';
import type { ConsoleSource } from './source.ts';
import { type Mood, night, pictureIn, stage } from './testing/fixture.ts';
import { places } from './testing/landscape.ts';
import { words } from './words.ts';

const tell = async (picture: Picture, path: string, more: Partial<ConsoleSource> = {}) => {
  const source = stage('well', more);
  source.set(picture);
  const app = await createApp(source, { closed: new AbortController().signal, complain: () => {} });
  const text = await (await app.request(path)).text();
  return text.slice(text.indexOf('<main'), text.indexOf('</main>'));
};
const plain = (markup: string) =>
  markup
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
const headOf = async (picture: Picture, path: string) =>
  plain(
    /class="head-state fresh-only">(.*?)<\/(?:p|div)>\s*<p class="head-state stale-only"/s.exec(
      await tell(picture, path),
    )?.[1] ?? '',
  );
const leadOf = async (picture: Picture, language = 'en') =>
  plain(/<section class="lead.*?<div>(.*?)<p class="soft">/s.exec(await tell(picture, `/${language}/`))?.[1] ?? '');

const epjWorkflows = ['order-medication', 'read-record', 'order-tests'];
/** EPJ's front does not answer a hospital, though everybody else reaches it: impact there and nowhere else (rule 3). */
const cutAt = (sites: readonly SiteId[], state: Exclude<State, 'good'> = 'bad'): Picture => {
  const picture = pictureIn('well');
  const front = picture.verdicts['epj/front'];
  if (front === undefined) throw new Error('expected a verdict of epj/front');
  const votes = front.votes.map((vote) => (sites.includes(vote.vantage) ? { ...vote, state } : vote));
  const workflows = picture.workflows.map((at) =>
    epjWorkflows.includes(at.workflow) && sites.includes(at.site)
      ? { ...at, state: { ...at.state, state, because: ['epj'] } }
      : at,
  );
  return { ...picture, workflows, verdicts: { ...picture.verdicts, 'epj/front': { ...front, votes } } };
};
const impactAt = (site: SiteId, path: readonly NodeId[], condition: Impact['condition'] = 'holds'): Impact => ({
  id: `impact|order-medication|${site}`,
  workflow: 'order-medication',
  site,
  path,
  causes: path.slice(-1),
  evidence: { da: '', en: '' },
  firstAction: null,
  runbook: null,
  fallback: null,
  condition,
});

describe('what a site of use sees otherwise', () => {
  test('a workflow is headed by its worst site, named', async () => {
    expect(await headOf(cutAt(['auh']), '/en/workflow/order-medication')).toMatch(
      /^does not work at: Aarhus University Hospital/,
    );
    expect(await headOf(cutAt(['auh'], 'unknown'), '/en/workflow/order-medication')).toMatch(
      /^unknown at: Aarhus University Hospital/,
    );
    expect(await headOf(cutAt(places.hospitals), '/en/workflow/order-medication')).toMatch(/^does not work since/);
    expect(await headOf(pictureIn('well'), '/en/workflow/order-medication')).toMatch(/^works since/);
  });
  test('a workflow nobody has judged is unknown', async () => {
    const picture = { ...pictureIn('well'), workflows: [] };
    expect(await headOf(picture, '/en/workflow/order-medication')).toBe('unknown');
  });
  test.each([
    ['/en/solution/epj', ['auh'], 'works, but not at: Aarhus University Hospital'],
    ['/da/solution/epj', ['auh'], 'virker, men ikke på: Aarhus Universitetshospital'],
    ['/en/check/epj/front', ['auh'], 'works, but not at: Aarhus University Hospital'],
    ['/en/solution/epj', places.hospitals, 'works, but at none of the 4 sites'],
  ])('%s when %j cannot reach it: %s', async (path, sites, said) => {
    expect(await headOf(cutAt(sites), path)).toBe(said);
  });
  test('what a site cannot tell of is not told as working there', async () => {
    expect(await headOf(cutAt(['auh'], 'unknown'), '/en/solution/epj')).toBe(
      'works, but unknown at: Aarhus University Hospital',
    );
  });
  test.each(['holds', 'unknown'] as const)(
    'nothing in the path or among the causes of an impact that %s is plainly said to work',
    async (condition) => {
      const path = ['order-medication', 'epj', 'epj-web-1', 'aarhus'];
      const picture = { ...pictureIn('well'), impacts: [impactAt('auh', path, condition)] };
      for (const id of path.slice(1)) {
        const head = await headOf(picture, id === 'epj' ? '/en/solution/epj' : `/en/node/${id}`);
        expect([id, head]).toEqual([id, expect.stringMatching(/^works, but (not|unknown) at: Aarhus University/)]);
      }
    },
  );
  test('lists and the graph say it too, and what is needed by it', async () => {
    const picture = cutAt(['auh']);
    const page = await tell(picture, '/en/workflow/order-medication');
    expect(page).toMatch(/<rect class="node n-bad k-workflow"/);
    expect(page).toMatch(/<rect class="node n-warn k-solution"/);
    expect(plain(page)).toMatch(/Because of: Electronic patient record works, but not at: Aarhus University Hospital/);
    expect(plain(await tell(picture, '/en/node/identity'))).toMatch(
      /Order medication does not work at: Aarhus University Hospital/,
    );
  });
  test('a part that one site cannot reach keeps the sentence from saying that all is well', async () => {
    const picture = pictureIn('well');
    const [first, ...rest] = picture.workflows;
    if (first === undefined) throw new Error('expected a workflow');
    const state = { ...first.state, because: ['dns-1'] };
    expect(await leadOf({ ...picture, workflows: [{ ...first, state }, ...rest] })).toBe(
      'All workflows work, but 1 part works only at some sites Name server 1 works, but not as seen from every site.',
    );
  });
  test('two workflows with a broken site each are not said to fail at all of them', async () => {
    const picture = pictureIn('well');
    const broken: Readonly<Record<string, readonly SiteId[]>> = {
      'order-medication': ['auh', 'rhv'],
      'patient-flow': ['goedstrup', 'horsens'],
    };
    const workflows = picture.workflows.map((at) =>
      broken[at.workflow]?.includes(at.site) ? { ...at, state: { ...at.state, state: 'bad' as const } } : at,
    );
    const lead = await leadOf({ ...picture, workflows });
    expect(lead).toMatch(/^Order medication and Patient flow do not work at Aarhus University Hospital, .* 2 others/);
  });
});

describe('alerts', () => {
  const about: Warning = {
    id: 'slow-burn|epj/99.95-30d|',
    rule: 'slow-burn',
    rung: 2,
    node: 'epj',
    site: null,
    causes: ['epj'],
    affects: [],
    margin: null,
    eta: null,
    evidence: { da: 'Budgettet bruges', en: 'The budget burns' },
    firstAction: null,
    runbook: null,
    condition: 'holds',
  };
  const fast: Alert = {
    id: 'fast-burn|epj/99.95-30d|',
    rule: 'fast-burn',
    severity: 'page',
    phase: 'firing',
    node: 'epj',
    site: null,
    since: night - 120_000,
    firedAt: night - 60_000,
    resolvedAt: null,
    frozen: false,
    over: false,
    about,
  };
  const withAlert = (alert: Alert, mood: Mood = 'well') => ({ ...pictureIn(mood), alerts: [alert] });

  test('a page for fast burn is told as burning until it has been judged gone', async () => {
    const firing = plain(await tell(withAlert(fast), '/en/'));
    expect(firing).toContain('Electronic patient record burns its error budget pages');
    expect(firing).not.toContain('No longer seen');
    expect(plain(await tell(withAlert({ ...fast, over: true }), '/en/'))).toContain('No longer seen');
    const frozen = plain(await tell(withAlert({ ...fast, frozen: true }), '/en/'));
    expect(frozen).toContain('Cannot be judged right now');
  });
  test('what is pending is on the page of warnings alone, as not confirmed', async () => {
    const pending = withAlert({ ...fast, phase: 'pending', firedAt: null });
    expect(await leadOf(pending)).toBe('Everything works at all sites');
    for (const path of ['', 'solution/epj'])
      expect(await tell(pending, `/en/${path}`)).not.toContain('The budget burns');
    const page = plain(await tell(pending, '/en/warnings'));
    expect(page).toMatch(/Confirmed None\. Not confirmed yet .*The budget burns.* Over None\./);
    expect(page).not.toContain('No longer seen');
  });
  test('any alert that fires refuses "all is well", whatever its rule', async () => {
    for (const rule of ['blind', 'degraded', 'runs-out', 'fast-burn', 'certificate'] as const)
      expect([rule, await leadOf(withAlert({ ...fast, rule }))]).toEqual([
        rule,
        expect.stringMatching(/1 thing needs/),
      ]);
  });
  test.each([
    ['kl-db-1', null, 'The numbers of KL database 1 no longer come'],
    ['auh', 'auh', 'Aarhus University Hospital sees nothing'],
    ['patient-flow', 'auh', 'Nobody can see Patient flow'],
  ])('blindness of %s is told by what does not see or is not seen', async (node, site, said) => {
    const blind: Warning = { ...about, id: `blind|${node}|${site ?? ''}`, rule: 'blind', node, site, causes: [node] };
    expect(plain(await tell({ ...pictureIn('well'), warnings: [blind] }, '/en/'))).toContain(said);
  });
});

describe('the sentence of the whole', () => {
  const ended = (): Picture => {
    const { alerts } = pictureIn('impact');
    const over = alerts.filter(({ rule }) => rule === 'impact').map((alert) => ({ ...alert, over: true }));
    return { ...pictureIn('well'), alerts: over };
  };
  test('what works again is not told as broken, nor as well', async () => {
    expect(await leadOf(ended())).toBe('Order medication, Read the record and Order tests work again at all 4 sites');
    const page = plain(await tell(ended(), '/en/'));
    expect(page).toMatch(/Just over Order medication, Read the record and Order tests work again/);
    expect(page).not.toContain('Not working now');
  });
  test('one that is broken beside one that works again is told first', async () => {
    const broken = cutAt(['auh']);
    expect(await leadOf({ ...broken, alerts: ended().alerts })).toMatch(/do not work at Aarhus University Hospital$/);
    const dark = cutAt(['auh'], 'unknown');
    expect(await leadOf({ ...dark, alerts: ended().alerts })).toMatch(/^Cannot tell whether/);
  });
  test('says what does not work beside what works, by name', async () => {
    const lead = await leadOf(pictureIn('thin'));
    expect(lead).toMatch(/^All workflows work; 1 thing needs attention EPJ database 1 does not work\./);
    expect(await leadOf(pictureIn('thin'), 'da')).toMatch(/^Alle arbejdsgange virker; 1 ting kræver opmærksomhed/);
  });
  test('a warning of what has become impact is no warning besides', async () => {
    expect(await leadOf(pictureIn('impact'))).toMatch(/1 warning besides\. The first may hit in 26 min\.$/);
  });
  test('a pause of the recording is said before what else needs attention', async () => {
    const { recording } = pictureIn('not-recording');
    expect(await leadOf({ ...pictureIn('thin'), recording })).toMatch(
      /^All workflows work, but nothing is being recorded EPJ database 1 does not work\. 1 warning besides\./,
    );
  });
});

describe('a check that only brings numbers', () => {
  const path = '/en/check/kl-db-1/metrics';
  const numbersOf = (age: number, provenance: 'measured' | 'simulated' = 'measured') => ({
    numbers: async () => [{ at: night - age, value: 1, provenance }],
  });
  test.each([
    ['fresh', numbersOf(40_000), false],
    ['as old as three runs and a minute', numbersOf(155_000), false],
    ['minutes old', numbersOf(9 * 60_000), true],
    ['only simulated', numbersOf(0, 'simulated'), true],
    ['none', { numbers: async () => [] }, true],
  ])('numbers that are %s', async (_, more, old) => {
    const page = plain(await tell(pictureIn('well'), path, more));
    expect(page.includes('Its numbers are not fresh')).toBe(old);
    expect(page).toContain('it never sets a state');
  });
  test('says of which signal, and since when', async () => {
    const page = plain(await tell(pictureIn('well'), path, numbersOf(9 * 60_000)));
    expect(page).toContain('Space used on /data: newest 03:01 (9 min ago)');
    expect(plain(await tell(pictureIn('well'), path, { numbers: async () => [] }))).toContain(
      'Size of /data: none in the last 24 hours',
    );
  });
});

describe('a time that is asked for', () => {
  test.each(['picture', 'landscape'])('/api/%s is refused when it is no number of milliseconds', async (what) => {
    const app = await createApp(stage('well'), { closed: new AbortController().signal, complain: () => {} });
    for (const at of ['2026-03-01', '', 'now', '1e99', '-1', '12.5']) {
      const answer = await app.request(`/api/${what}?at=${at}`);
      expect([at, answer.status, await answer.json()]).toEqual([
        at,
        400,
        { error: expect.stringContaining('milliseconds') },
      ]);
    }
    expect((await app.request(`/api/${what}?at=${night}`)).status).toBe(404);
    expect((await app.request(`/api/${what}`)).status).toBe(200);
  });
});

test('one thing has one name in Danish', () => {
  const said = (value: unknown): string =>
    typeof value === 'object' && value !== null ? Object.values(value).map(said).join('\n') : String(value);
  expect(said(words.da)).not.toMatch(/målested|måling|løber tør|med mindre\b|bærer|svækker|lokation/i);
});
