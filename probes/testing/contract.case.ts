import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CheckKind } from '../../infra/landscape/model.ts';
import { dns } from '../../scripts/demo/protocols/dns.ts';
import type { ContextOf } from '../attempt.ts';
import { monotonic } from '../clock.ts';
import type { Aim, Measurement, Probe, Reason } from '../observation.ts';
import { contextHere, dripping, refusedPort, type Stand, tcpStand, udpStand } from './servers.ts';

/** What a kind brings to the contract: an aim at an address, and the reason each kind of trouble is called. */
export type Case = {
  readonly kind: CheckKind;
  readonly probe: Probe;
  readonly wire: 'tcp' | 'udp';
  readonly aim: (endpoint: string, timeoutMs?: number) => Aim;
  readonly reasons: { readonly garbage: Reason; readonly drip: Reason };
  /** The server greets, and is asked nothing before: it resets without waiting for a question. */
  readonly speaksFirst?: boolean;
};

const slackMs = 400;

const attempt = async (probe: Probe, aim: Aim, contextOf: ContextOf): Promise<Measurement> => {
  const began = monotonic();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException('late', 'TimeoutError')), aim.check.timeoutMs);
  const seen = await probe(aim, contextOf(deadline.signal));
  clearTimeout(timer);
  expect(monotonic() - began, 'costs at most the deadline').toBeLessThan(aim.check.timeoutMs + slackMs);
  expect(Buffer.byteLength(seen.transcript), 'a bounded transcript').toBeLessThanOrEqual(4096);
  expect(seen.message.length, 'a bounded message').toBeLessThanOrEqual(300);
  expect(seen.message === '', 'a failure says what was expected').toBe(seen.outcome === 'good');
  expect(seen.signals['duration'] === undefined, 'a failure has no latency').toBe(seen.outcome !== 'good');
  return seen;
};

const connections = (): number =>
  process.getActiveResourcesInfo().filter((name) => /^(TCPSocket|UDP|TLS)/.test(name)).length;

export const holdContract = (own: Case): void => void describe(own.kind, () => hold(own));

const hold = ({ kind, probe, wire, aim, reasons, speaksFirst = false }: Case): void => {
  const stands: Stand[] = [];
  const stand = async (tcp: Parameters<typeof tcpStand>[0], udp: Parameters<typeof udpStand>[0]): Promise<Stand> => {
    const made = wire === 'tcp' ? await tcpStand(tcp) : await udpStand(udp);
    stands.push(made);
    return made;
  };
  afterEach(async () => {
    for (const opened of stands.splice(0)) {
      await vi.waitFor(() => expect(opened.open(), 'leaves no connection').toBe(0), { timeout: 1000 });
      await opened.close();
    }
    await vi.waitFor(() => expect(connections(), 'leaves no open socket').toBe(0), { timeout: 1000 });
  });
  const bad = (reason: Reason) => ({ outcome: 'bad', reason });

  test(`${kind}: a port where nobody listens is refused`, async () => {
    const target = `127.0.0.1:${await refusedPort()}`;
    expect(await attempt(probe, aim(target), contextHere())).toMatchObject(bad('refused'));
  });

  test(`${kind}: a silent server costs no more than the deadline`, async () => {
    const { target } = await stand(
      (socket) => socket.resume(),
      () => undefined,
    );
    const seen = await attempt(probe, aim(target), contextHere());
    expect(seen).toMatchObject({ ...bad('no-answer'), depth: wire === 'tcp' ? 'transport' : 'none' });
    expect(seen.duration).toBeGreaterThan(0.29);
  });

  test(`${kind}: garbage is named`, async () => {
    const garbage = Buffer.from('\x00\xff garbage garbage garbage garbage \x01\n\n'.repeat(20), 'latin1');
    const { target } = await stand(
      (socket) => socket.resume().end(garbage),
      (_, reply) => reply(garbage),
    );
    expect(await attempt(probe, aim(target), contextHere())).toMatchObject(bad(reasons.garbage));
  });

  test(`${kind}: an endless drip costs no more than the deadline`, async () => {
    const text = 'HTTP/1.1 200 OK\r\nx: ';
    const { target } = await stand(
      (socket) => dripping(socket.resume(), text),
      () => undefined,
    );
    expect(await attempt(probe, aim(target), contextHere())).toMatchObject(bad(reasons.drip));
  });

  if (wire === 'tcp')
    test(`${kind}: a peer that closes its half at once has closed early`, async () => {
      const { target } = await stand(
        (socket) => socket.resume().end(),
        () => undefined,
      );
      expect(await attempt(probe, aim(target), contextHere())).toMatchObject(bad('closed-early'));
    });

  if (wire === 'tcp')
    test(`${kind}: a reset is a reset`, async () => {
      const { target } = await stand(
        (socket) =>
          speaksFirst
            ? void setTimeout(() => socket.resetAndDestroy(), 20)
            : void socket.once('data', () => socket.resetAndDestroy()),
        () => undefined,
      );
      const seen = await attempt(probe, aim(target), contextHere());
      expect(seen).toMatchObject({ outcome: 'bad', reason: expect.stringMatching(/^(reset|closed-early)$/) });
    });

  test(`${kind}: a name nobody knows is not found, and a silent resolver has failed`, async () => {
    const server = createSocket('udp4');
    dns(() => null)(server);
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const resolver = `127.0.0.1:${server.address().port}`;
    expect(await attempt(probe, aim('nobody.example:99'), contextHere([], resolver))).toMatchObject(
      bad('name-not-found'),
    );
    await new Promise<void>((resolve) => server.close(resolve));
    const silent = await udpStand(() => undefined);
    stands.push(silent);
    expect(await attempt(probe, aim('nobody.example:99'), contextHere([], silent.target))).toMatchObject(
      bad('resolver-failed'),
    );
  });

  test(`${kind}: a run that is stopped has measured nothing`, async () => {
    const { target } = await stand(
      (socket) => socket.resume(),
      () => undefined,
    );
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const seen = await probe(aim(target, 5000), contextHere()(stop.signal));
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
    expect(seen.duration).toBeLessThan(0.05 + slackMs / 1000);
  });

  test(`${kind}: a source address this machine has not is our own trouble, not the peer's`, async () => {
    const { target } = await stand(
      (socket) => socket.resume(),
      () => undefined,
    );
    const foreign: ContextOf = (signal) => ({ ...contextHere()(signal), source: '192.0.2.77' });
    expect(await attempt(probe, aim(target), foreign)).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  });

  test(`${kind}: a target that is none is our own trouble`, async () => {
    const seen = await attempt(probe, { ...aim('127.0.0.1:1'), target: 'a b:c' }, contextHere());
    expect(seen).toMatchObject({ outcome: 'unknown', reason: 'could-not-run' });
  });
};
