import { expect, test } from 'vitest';
import { playStory } from './testing/stage.ts';
import { holdsTrue } from './testing/truth.ts';

test.concurrent('a disk fills: the time left was told, and its interval held the truth', async () => {
  const seen = await holdsTrue('disk-fills', 2, {
    rule: 'runs-out',
    causes: ['kl-db-1', 'kl-db-2'],
    workflow: 'patient-flow',
    site: 'auh',
  });
  const hit = seen.failures.find(({ workflow }) => workflow === 'patient-flow')?.at ?? Number.NaN;
  const fault = seen.faults.find(({ phase }) => phase === 'fault')?.at ?? Number.NaN;
  const first = seen.forecasts.filter(({ node, told }) => node.startsWith('kl-db') && told > fault)[0];
  const late = seen.forecasts.filter(
    ({ node, told }) => node.startsWith('kl-db') && told > fault + 50_000 && told < hit - 10_000,
  );
  expect(first).toBeDefined();
  const right = late.filter(
    ({ earliest, latest }) => earliest <= hit + 6_000 && (latest ?? Number.POSITIVE_INFINITY) >= hit - 6_000,
  );
  console.log(
    `disk-fills: ${late.length} forecasts in the second half, ${right.length} held the truth (hit within 6 s)`,
  );
  expect(late.length).toBeGreaterThan(10);
  expect(right.length / late.length).toBeGreaterThan(0.8);
});

test.concurrent('a certificate nears its end: its time left is exact', async () => {
  const seen = await holdsTrue('certificate-ends', 3, {
    rule: 'certificate',
    causes: ['portal', 'patient-portal', 'portal-1', 'portal-2'],
    workflow: 'talk-to-clinic',
    site: 'home',
  });
  const hit = seen.failures.find(({ workflow }) => workflow === 'talk-to-clinic')?.at ?? Number.NaN;
  const certificate = seen.fired.find(({ alert }) => alert.rule === 'certificate')?.alert.about;
  const eta = certificate !== undefined && 'eta' in certificate ? certificate.eta : null;
  expect(Math.abs((eta?.at ?? 0) - hit)).toBeLessThan(5_000);
});

test.concurrent('latency creeps: warned of before it is felt', async () => {
  await holdsTrue('latency-creeps', 4, {
    rule: 'runs-out',
    causes: ['kita', 'session-1', 'session-2', 'profile-1', 'profile-2'],
    workflow: 'bedside-sign-on',
    site: 'rhv',
  });
});

test.concurrent('a hospital loses one of its two routes, then the last: impact there and nowhere else', async () => {
  const seen = await holdsTrue('routes-lost', 5, {
    rule: 'thin',
    causes: ['route-randers-aarhus-a'],
    workflow: 'imaging',
    site: 'randers',
  });
  const sites = seen.fired.filter(({ alert }) => alert.rule === 'impact').map(({ alert }) => alert.site);
  expect(new Set(sites)).toEqual(new Set(['randers']));
});

test.concurrent('an ordinary day, with noise, retries and a nightly load, stays silent', async () => {
  const seen = await playStory('ordinary-day', 6);
  expect(seen.fired.map(({ alert }) => `${alert.id}: ${alert.about.evidence.en}`)).toEqual([]);
  expect(seen.failures).toEqual([]);
  expect(seen.tries).toBeGreaterThan(500);
  expect(seen.faults.map(({ phase }) => phase)).toEqual(['begins', 'ends']);
});
