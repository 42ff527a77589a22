import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNetwork, type Machine, type Network, pickBase } from '../network.ts';
import { dicom } from './dicom.ts';
import { amqp, ldap, mllp, smtp } from './lines.ts';
import { postgres } from './postgres.ts';

const store = new DatabaseSync(':memory:');
store.exec('create table orders (id integer primary key, drug text)');
let refusal: string | null = null;
const machines: readonly Machine[] = [
  {
    number: 7,
    hosts: ['db.aarhus.region.example'],
    stands: 'aarhus',
    services: [
      {
        port: 5432,
        tcp: postgres({
          store,
          beforeQuery: () => {
            if (refusal !== null) throw new Error(refusal);
          },
        }),
      },
      { port: 25, tcp: smtp('mail.region.example') },
      { port: 389, tcp: ldap },
      { port: 2575, tcp: mllp(() => null) },
      { port: 11112, tcp: dicom },
      { port: 5672, tcp: amqp },
    ],
    reachedFrom: ['aarhus', 'goedstrup'],
  },
];
let network: Network;
let release: () => void;
beforeAll(async () => {
  const held = await pickBase(100);
  release = held.release;
  network = createNetwork(held.base);
  await network.start(machines);
});
afterAll(() => {
  network.stop();
  release();
});

const client = async () => {
  const host = await network.resolver('aarhus')('db.aarhus.region.example');
  const connection = new pg.Client({ host, port: 25432, user: 'epj', database: 'epj', connectionTimeoutMillis: 1000 });
  await connection.connect();
  return connection;
};

/** Sends bytes, answers with the first `enough` bytes that come back. */
const exchange = async (port: number, bytes: string, enough: number): Promise<Buffer> => {
  const host = await network.resolver('goedstrup')('db.aarhus.region.example');
  return await new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const socket = connect({ host, port: port + 20_000 }, () => socket.write(Buffer.from(bytes, 'hex')));
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length >= enough) {
        socket.destroy();
        resolve(seen);
      }
    });
  });
};

test('the real pg client writes and reads through the PostgreSQL protocol', async () => {
  const connection = await client();
  await connection.query("insert into orders (drug) values ('paracetamol')");
  const { rows } = await connection.query('select drug, count(*) as n from orders group by drug');
  expect(rows).toEqual([{ drug: 'paracetamol', n: '1' }]);
  await connection.end();
});

test('a store that refuses is an ErrorResponse with its SQLSTATE, and the connection lives on', async () => {
  const connection = await client();
  refusal = 'could not extend file: no space left on device';
  await expect(connection.query('select 1')).rejects.toMatchObject({ code: '53100' });
  refusal = null;
  expect((await connection.query('select 1 as one')).rows).toEqual([{ one: '1' }]);
  await connection.end();
});

test.each([
  ['an LDAP anonymous bind succeeds', 389, '300c020101600702010304008000', 14, '300c02010161070a010004000400'],
  ['an AMQP header is answered with Connection.Start', 5672, '414d515000000901', 8, '0100000000001c000a000a'],
])('%s', async (_, port, bytes, enough, expected) => {
  expect((await exchange(port, bytes, enough)).toString('hex')).toContain(expected);
});

test('an HL7 message is acknowledged AA with its own control id', async () => {
  const sent = `\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|CTRL42|P|2.4\r\x1c\r`;
  const seen = (await exchange(2575, Buffer.from(sent, 'latin1').toString('hex'), 60)).toString('latin1');
  expect(seen).toContain('MSA|AA|CTRL42');
});

test('a machine that is cut from one place is refused there and answers elsewhere', async () => {
  await network.cut('goedstrup', ({ hosts }) => hosts.includes('db.aarhus.region.example'));
  await expect(exchange(25, '', 3)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await (await client()).end();
  await network.mend('goedstrup');
  expect((await exchange(25, '', 3)).toString('latin1')).toContain('220');
});

test('the DNS of a place says it does not know a stranger', async () => {
  await expect(network.resolver('auh')('nobody.region.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});
