import type { Socket } from 'node:net';
import { Hl7Connection } from '@medplum/hl7';
import { afterEach, expect, test } from 'vitest';
import { mllp as written } from '../../../infra/landscape/kinds/mllp.ts';
import { checkOf, contextHere, type Stand, tcpStand } from '../../testing/servers.ts';
import { mllp } from './mllp.ts';

const stands: Stand[] = [];
afterEach(() => Promise.all(stands.splice(0).map((stand) => stand.close())));

type Message = Parameters<Hl7Connection['send']>[0];
/** A peer on the connection of @medplum/hl7: `reply` says what it sends for what it read. */
const peer =
  (reply: (asked: Message) => readonly Message[]) =>
  (socket: Socket): void => {
    const connection = new Hl7Connection(socket);
    connection.addEventListener('message', ({ message }) => {
      for (const one of reply(message)) connection.send(one);
    });
  };

const strict = { level: 'accepted' } as const;
const rows = [
  ['accepts', strict, (asked: Message) => [asked.buildAck({ ackCode: 'AA' })], { outcome: 'good', depth: 'session' }],
  ['refuses', strict, (asked: Message) => [asked.buildAck({ ackCode: 'AE' })], { outcome: 'bad', reason: 'rejected' }],
  [
    'refuses, which is enough',
    {},
    (asked: Message) => [asked.buildAck({ ackCode: 'AR' })],
    { outcome: 'good', depth: 'protocol' },
  ],
  [
    'commits and accepts',
    { ...strict, enhanced: 'both' as const },
    (asked: Message) => [asked.buildAck({ ackCode: 'CA' }), asked.buildAck({ ackCode: 'AA' })],
    { outcome: 'good', depth: 'session' },
  ],
  ['repeats the question', {}, (asked: Message) => [asked], { outcome: 'bad', reason: 'unexpected-answer' }],
  ['says nothing', {}, () => [], { outcome: 'bad', reason: 'no-answer' }],
] as const;
test.each(rows)('@medplum/hl7 %s', async (_, keys, reply, wanted) => {
  const stand = await tcpStand(peer(reply));
  stands.push(stand);
  const check = checkOf('mllp', written.normal(keys, {}));
  expect(await mllp({ check, target: stand.target }, contextHere()(AbortSignal.timeout(500)))).toMatchObject(wanted);
});

test('@medplum/hl7 reads our message as we meant it', async () => {
  let read: readonly (string | undefined)[] = [];
  const stand = await tcpStand(
    peer((asked) => {
      const header = asked.getSegment('MSH');
      read = [3, 9, 11, 12].map((field) => header?.getField(field)?.toString());
      read = [...read, asked.getSegment('NCK')?.getField(1)?.toString()];
      return [asked.buildAck()];
    }),
  );
  stands.push(stand);
  const check = checkOf('mllp', written.normal(strict, {}));
  await mllp({ check, target: stand.target }, contextHere()(AbortSignal.timeout(500)));
  expect(read).toEqual(['FORVARSEL', 'NMQ^N01^NMQ_N01', 'T', '2.5', expect.stringMatching(/^\d{14}\+0000$/)]);
});
