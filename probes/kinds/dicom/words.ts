/** What numbers of DICOM mean, in our words. */

const say = (words: Readonly<Record<number, string>>, number: number): string =>
  words[number] ?? `0x${number.toString(16).toUpperCase()}`;
export const statusText = (status: number): string => {
  const hex = status.toString(16).toUpperCase().padStart(4, '0');
  const words = statuses.find(([from, to]) => status >= from && status <= to)?.[2];
  return words === undefined ? hex : `${hex} (${words})`;
};

/** PS3.7 annex C and PS3.4 §C.4.1.1.4; ranges, the narrow before the wide. */
const statuses: readonly (readonly [number, number, string])[] = [
  [0x0000, 0x0000, 'success'],
  [0x0110, 0x0110, 'processing failure'],
  [0x0112, 0x0112, 'no such SOP instance'],
  [0x0115, 0x0115, 'invalid argument'],
  [0x0117, 0x0117, 'invalid SOP instance'],
  [0x0118, 0x0118, 'no such SOP class'],
  [0x0119, 0x0119, 'class and instance in conflict'],
  [0x0122, 0x0122, 'SOP class not supported'],
  [0x0124, 0x0124, 'not authorised'],
  [0x0210, 0x0210, 'message number already in use'],
  [0x0211, 0x0211, 'unknown operation'],
  [0x0212, 0x0212, 'operation not agreed on'],
  [0x0213, 0x0213, 'resource limitation'],
  [0xa700, 0xa7ff, 'out of resources'],
  [0xa900, 0xa9ff, 'the query does not fit the SOP class'],
  [0xc000, 0xcfff, 'unable to process'],
  [0xfe00, 0xfe00, 'cancelled'],
  [0xff00, 0xff01, 'pending'],
];

const results = { 1: 'permanent', 2: 'transient' };
const rejecters = { 1: 'the application', 2: 'the provider (association)', 3: 'the provider (presentation)' };
/** PS3.8 §9.3.4, by source. */
const rejections: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: {
    1: 'no reason given',
    2: 'application context not supported',
    3: 'calling AE title not recognised',
    7: 'called AE title not recognised',
  },
  2: { 1: 'no reason given', 2: 'protocol version not supported' },
  3: { 1: 'temporary congestion', 2: 'local limit exceeded' },
};
/** `permanent, by the application: called AE title not recognised`. */
export const rejectionText = (body: Buffer): string => {
  const [result = 0, source = 0, reason = 0] = body.subarray(1, 4);
  return `${say(results, result)}, by ${say(rejecters, source)}: ${say(rejections[source] ?? {}, reason)}`;
};

const aborters = { 0: 'the application', 2: 'the provider' };
/** PS3.8 §9.3.8. */
const abortions = {
  0: 'no reason given',
  1: 'unrecognised PDU',
  2: 'unexpected PDU',
  4: 'unrecognised parameter',
  5: 'unexpected parameter',
  6: 'invalid value of a parameter',
};
export const abortedByApplication = (body: Buffer): boolean => (body[2] ?? 0) === 0;
export const abortText = (body: Buffer): string => {
  const [source = 0, reason = 0] = body.subarray(2, 4);
  return source === 2 ? `by ${say(aborters, source)}: ${say(abortions, reason)}` : `by ${say(aborters, source)}`;
};

/** PS3.8 §9.3.3.2. */
const contextResults = {
  1: 'refused by the application',
  2: 'refused without a reason',
  3: 'abstract syntax not supported',
  4: 'transfer syntax not supported',
};
export const contextText = (result: number): string => say(contextResults, result);

const pduNames = {
  1: 'A-ASSOCIATE-RQ',
  2: 'A-ASSOCIATE-AC',
  3: 'A-ASSOCIATE-RJ',
  4: 'P-DATA-TF',
  5: 'A-RELEASE-RQ',
  6: 'A-RELEASE-RP',
  7: 'A-ABORT',
};
export const pduText = (type: number): string => say(pduNames, type);
