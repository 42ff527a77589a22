import type { Socket } from 'node:net';
import { gather } from '../../../../scripts/demo/protocols/lines.ts';
import { element, elementIn, string, uid } from '../dimse.ts';
import { dataOf, pdu } from '../pdu.ts';

/** An archive of a test: what it answers to each PDU is written by the test, byte for byte. */

const item = (type: number, body: Buffer): Buffer => {
  const head = Buffer.from([type, 0, 0, 0]);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
};
export type Result = { readonly id: number; readonly result?: number; readonly syntax?: string };
export const accepting = (results: readonly Result[], maximum = 16_384): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(maximum);
  const contexts = results.map(({ id, result = 0, syntax = '1.2.840.10008.1.2' }) =>
    item(0x21, Buffer.concat([Buffer.from([id, 0, result, 0]), item(0x40, Buffer.from(syntax))])),
  );
  const user = item(0x50, Buffer.concat([item(0x51, size), item(0x55, Buffer.from('TEST'))]));
  const fixed = Buffer.concat([Buffer.from([0, 1, 0, 0]), Buffer.alloc(64, ' ')]);
  return pdu(0x02, Buffer.concat([fixed, item(0x10, Buffer.from('1.2.840.10008.3.1.1.1')), ...contexts, user]));
};
export const rejecting = (result: number, source: number, reason: number): Buffer =>
  pdu(0x03, Buffer.from([0, result, source, reason]));
export const aborting = (source: number, reason: number): Buffer => pdu(0x07, Buffer.from([0, 0, source, reason]));
export const releasing = pdu(0x06, Buffer.alloc(4));

const short = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
export const answer = (operation: number, to: number, status: number, hasData = false, comment = ''): Buffer =>
  Buffer.concat([
    element(0, 0x0100, short(operation)),
    element(0, 0x0120, short(to)),
    element(0, 0x0800, short(hasData ? 1 : 0x0101)),
    element(0, 0x0900, short(status)),
    ...(comment === '' ? [] : [element(0, 0x0902, string(comment))]),
  ]);
export const message = (context: number, command: Buffer, data?: Buffer, maximum = 16_384): Buffer =>
  Buffer.concat([
    ...dataOf(context, command, true, maximum),
    ...(data === undefined ? [] : dataOf(context, data, false, maximum)),
  ]);
export const echoed = (status = 0, to = 1): Buffer => message(1, answer(0x8030, to, status));
export const found = (status: number, patient?: string | null, to = 2): Buffer =>
  patient === undefined
    ? message(3, answer(0x8020, to, status))
    : message(
        3,
        answer(0x8020, to, status, true),
        Buffer.concat([
          element(0x0008, 0x0052, string('STUDY')),
          ...(patient === null
            ? []
            : [element(0x0010, 0x0010, string('Berggren^Nancy')), element(0x0010, 0x0020, string(patient))]),
          element(0x0020, 0x000d, uid('1.2.3')),
        ]),
      );

export type Script = {
  readonly associate?: (request: Buffer) => Buffer | null;
  readonly echo?: () => Buffer | null;
  /** `query` is the data set. */
  readonly find?: (query: Buffer, socket: Socket) => Buffer | null;
  readonly cancel?: () => Buffer | null;
  readonly release?: () => Buffer | null;
  readonly abort?: () => void;
};
const both: readonly Result[] = [{ id: 1 }, { id: 3 }];

/** By default everything is well and a query finds nothing; null says nothing. */
export const archive =
  (script: Script = {}) =>
  (socket: Socket): void => {
    let operation = 0;
    const reply = (bytes: Buffer | null): void => {
      if (bytes !== null) socket.write(bytes);
    };
    let gathered = Buffer.alloc(0);
    const answers: Readonly<Record<number, (data: Buffer | null) => void>> = {
      [0x0030]: () => reply((script.echo ?? echoed)()),
      [0x0fff]: () => reply((script.cancel ?? (() => found(0xfe00)))()),
      [0x0020]: (data) => {
        if (data !== null) reply((script.find ?? (() => found(0)))(data, socket));
      },
    };
    const onData = (body: Buffer): void => {
      const flags = body[5] ?? 0;
      gathered = Buffer.concat([gathered, body.subarray(6)]);
      if ((flags & 2) === 0) return;
      const [whole, isCommand] = [gathered, (flags & 1) === 1];
      gathered = Buffer.alloc(0);
      if (isCommand) operation = elementIn(whole, 0, 0x0100)?.readUInt16LE(0) ?? 0;
      answers[operation]?.(isCommand ? null : whole);
    };
    const on: Readonly<Record<number, (body: Buffer) => void>> = {
      1: (body) => reply((script.associate ?? (() => accepting(both)))(body)),
      4: onData,
      5: () => reply((script.release ?? (() => releasing))()),
      7: () => script.abort?.(),
    };
    gather(socket, (buffer) => {
      if (buffer.length < 6) return 0;
      const length = 6 + buffer.readUInt32BE(2);
      if (buffer.length < length) return 0;
      on[buffer[0] ?? 0]?.(buffer.subarray(6, length));
      return length;
    });
  };
