import { expect, test } from 'vitest';
import { createAgent } from './agent.ts';
import type { FromProbes } from './observation.ts';
import { checkOf, landscapeOf, tcpStand, vantageOf } from './testing/servers.ts';

test('a black hole is bad without a gap, also when two timeouts are longer than the interval', async () => {
  const stand = await tcpStand((socket) => socket.resume());
  const check = checkOf('tcp', { dialogue: [{ expect: 'ready' }] }, { intervalMs: 400, timeoutMs: 320 });
  const landscape = landscapeOf([check], [vantageOf('here')]);
  const heard: FromProbes[] = [];
  const orders = { landscape, vantages: ['here'], aims: { [check.id]: stand.target }, trust: [], secrets: {} };
  const agent = createAgent(orders, (message) => void heard.push(message));
  agent.start();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await agent.stop();
  await stand.close();
  const runs = heard.flatMap((message) => (message.type === 'observations' ? message.batch : []));
  expect(runs.length).toBeGreaterThanOrEqual(5);
  for (const [index, seen] of runs.entries()) {
    expect(seen).toMatchObject({ outcome: 'bad', reason: 'no-answer', first: { reason: 'no-answer' } });
    const since = seen.ended - (runs[index - 1]?.ended ?? seen.ended);
    expect(since, 'a word holds for interval and timeout').toBeLessThanOrEqual(check.intervalMs + check.timeoutMs);
  }
});
