import { ProbeFailure } from '../../wire/failure.ts';

/** DIMSE, PS3.7: commands, and of data sets as much as a query needs. Implicit VR, little endian. */

export const verification = '1.2.840.10008.1.1';
export const studyRootFind = '1.2.840.10008.5.1.4.1.2.2.1';
/** The UID of the UUID that is all zeros (PS3.5 §B.2): well formed, and no study ever has it. */
export const noStudy = '2.25.0';

export const operations = { echo: 0x0030, find: 0x0020, cancel: 0x0fff } as const;
/** The answer to a request is its number with the highest bit set. */
export const answerTo = (operation: number): number => operation | 0x8000;
const noDataSet = 0x0101;

export const element = (group: number, number: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
};
const short = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const even = (text: string, fill: string): Buffer => Buffer.from(text.length % 2 === 0 ? text : text + fill, 'latin1');
export const uid = (text: string): Buffer => even(text, '\0');
export const string = (text: string): Buffer => even(text, ' ');

/** Elements of group 0000 behind their length. */
const command = (...elements: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(elements);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([element(0, 0x0000, length), body]);
};
export const echoRequest = (id: number): Buffer =>
  command(
    element(0, 0x0002, uid(verification)),
    element(0, 0x0100, short(operations.echo)),
    element(0, 0x0110, short(id)),
    element(0, 0x0800, short(noDataSet)),
  );
export const findRequest = (id: number): Buffer =>
  command(
    element(0, 0x0002, uid(studyRootFind)),
    element(0, 0x0100, short(operations.find)),
    element(0, 0x0110, short(id)),
    // Low: whoever waits for images goes first.
    element(0, 0x0700, short(2)),
    element(0, 0x0800, short(0)),
  );
export const cancelRequest = (id: number): Buffer =>
  command(
    element(0, 0x0100, short(operations.cancel)),
    element(0, 0x0120, short(id)),
    element(0, 0x0800, short(noDataSet)),
  );

/** Studies of the agreed patient, or of none: then the one study that cannot exist. */
export const studyQuery = (patient: string | null): Buffer =>
  Buffer.concat([
    element(0x0008, 0x0052, string('STUDY')),
    ...(patient === null ? [] : [element(0x0010, 0x0020, string(patient))]),
    element(0x0020, 0x000d, uid(patient === null ? noStudy : '')),
  ]);

const undefinedLength = 0xffffffff;
/** The value of one element of a data set; null when it is not there, or behind something of unknown length. */
export const elementIn = (bytes: Buffer, group: number, number: number): Buffer | null => {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length;
    if (length === undefinedLength || end > bytes.length) return null;
    if (bytes.readUInt16LE(at) === group && bytes.readUInt16LE(at + 2) === number) return bytes.subarray(at + 8, end);
    at = end;
  }
  return null;
};
export const textIn = (value: Buffer | null): string | null =>
  value === null ? null : value.toString('latin1').replace(/^ +|[\0 ]+$/g, '');

export type Answer = {
  readonly operation: number;
  /** The message that is answered. */
  readonly to: number;
  readonly status: number;
  readonly hasData: boolean;
  /** (0000,0902), the peer's own words. */
  readonly comment: string;
};

/** A command set that answers; throws when it is none. */
export const answerIn = (bytes: Buffer): Answer => {
  const number = (tag: number): number | null => {
    const value = elementIn(bytes, 0, tag);
    return value !== null && value.length >= 2 ? value.readUInt16LE(0) : null;
  };
  const [operation, to, status] = [number(0x0100), number(0x0120), number(0x0900)];
  if (operation === null) throw new ProbeFailure('protocol-error', 'expected a DIMSE command, got none');
  if (to === null || status === null)
    throw new ProbeFailure('protocol-error', 'expected a DIMSE answer with a message number and a status, got none');
  return {
    operation,
    to,
    status,
    hasData: (number(0x0800) ?? noDataSet) !== noDataSet,
    comment: textIn(elementIn(bytes, 0, 0x0902)) ?? '',
  };
};
