import { createSocket, type Socket } from 'node:dgram';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { afterEach, expect, test } from 'vitest';
import { createResolver } from './resolver.ts';

const servers: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
/** A server that answers by the type that is asked for, and what it was asked. */
const serving = async (told: (type: string) => Partial<Packet>, address = '127.0.0.1') => {
  const asked: string[] = [];
  const server = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  servers.push(server);
  server.on('message', (bytes, peer) => {
    const { id = 0, questions = [] } = decode(bytes);
    const [question] = questions;
    if (question === undefined) return;
    asked.push(question.type);
    server.send(encode({ type: 'response', id, questions, ...told(question.type) }), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => server.bind(0, address, resolve));
  const { port } = server.address();
  return { asked, resolver: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}` };
};
const four: Answer = { type: 'A', name: 'epj.example', data: '10.0.0.1' };
const six: Answer = { type: 'AAAA', name: 'epj.example', data: '2001:db8::1' };
const both = (type: string): Partial<Packet> => ({ answers: type === 'A' ? [four] : [six] });
const none = (): Partial<Packet> => ({ answers: [] });
const resolved = (resolver: string, source: string | null = null) =>
  createResolver({ source, resolver })(AbortSignal.timeout(1000))('epj.example');

test('without a source IPv4 is asked for, and IPv6 only of a name that has nothing else', async () => {
  const two = await serving(both);
  expect(await resolved(two.resolver)).toEqual(['10.0.0.1']);
  expect(two.asked).toEqual(['A']);
  const one = await serving((type) => ({ answers: type === 'AAAA' ? [six] : [] }));
  expect(await resolved(one.resolver)).toEqual(['2001:db8::1']);
  expect(one.asked).toEqual(['A', 'AAAA']);
});

test('a source has one family, and only that is asked for', async () => {
  const four = await serving(both);
  expect(await resolved(four.resolver, '127.0.0.1')).toEqual(['10.0.0.1']);
  expect(four.asked).toEqual(['A']);
  const six = await serving(both, '::1');
  expect(await resolved(six.resolver, '::1')).toEqual(['2001:db8::1']);
  expect(six.asked).toEqual(['AAAA']);
});

test('an alias is followed by the server, and its addresses are ours', async () => {
  const alias: Answer = { type: 'CNAME', name: 'epj.example', data: 'real.example' };
  const { resolver } = await serving(() => ({ answers: [alias, { ...four, name: 'real.example' }] }));
  expect(await resolved(resolver)).toEqual(['10.0.0.1']);
});

test.each<[string, () => Partial<Packet>, string]>([
  ['a name without addresses', none, 'name-not-found'],
  ['NXDOMAIN', () => ({ flags: 3 }), 'name-not-found'],
  ['SERVFAIL', () => ({ flags: 2 }), 'resolver-failed'],
  ['a truncated answer without addresses', () => ({ flags: 0x0200 }), 'resolver-failed'],
  [
    'half an address',
    () => ({ answers: [{ ...four, type: 'UNKNOWN_1' as 'NULL', data: Buffer.alloc(3) }] }),
    'resolver-failed',
  ],
])('%s is named', async (_, told, reason) => {
  const { resolver } = await serving(told);
  await expect(resolved(resolver)).rejects.toMatchObject({ reason });
});

test('names that are being asked for are counted', async () => {
  const queue = { waiting: 0 };
  const { resolver } = await serving(both);
  const asking = createResolver({ source: null, resolver }, queue)(AbortSignal.timeout(1000))('epj.example');
  expect(queue.waiting).toBe(1);
  await asking;
  expect(queue.waiting).toBe(0);
});

test('a resolver that is silent is given up with the deadline', async () => {
  const silent = createSocket('udp4');
  servers.push(silent);
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  const resolve = createResolver({ source: null, resolver: `127.0.0.1:${silent.address().port}` });
  await expect(resolve(AbortSignal.timeout(50))('epj.example')).rejects.toMatchObject({ name: 'TimeoutError' });
});
