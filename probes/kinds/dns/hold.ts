import type { Answer, DecodedPacket } from 'dns-packet';
import type { DnsOptions, FlagName, RecordRules, Section } from '../../../infra/landscape/kinds/dns.ts';
import { excerpt } from '../../redact.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { recordText, shortText } from './records.ts';

/** RFC 1035 §4.1.1 and RFC 2136 by the names in use. */
const rcodes = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
] as const;
export const rcodeOf = ({ flags }: DecodedPacket): string =>
  rcodes[(flags ?? 0) & 0x0f] ?? `RCODE${(flags ?? 0) & 0x0f}`;

const sections: readonly Section[] = ['answer', 'authority', 'additional'];
const inSection = (packet: DecodedPacket, section: Section): readonly Answer[] =>
  ({ answer: packet.answers, authority: packet.authorities, additional: packet.additionals })[section] ?? [];

const unexpected = (expected: string, got: string): ProbeFailure =>
  new ProbeFailure('unexpected-answer', `expected ${expected}, got ${got}`);
const matches = (source: string, text: string): boolean => patternOf(source).matcher(text).find();

const holdRules = (section: string, rules: RecordRules, records: readonly string[]): void => {
  const { forbid = [], all = [], each = [], some = [] } = rules;
  const shown = records.length === 0 ? 'none' : `"${excerpt(records.join('; '))}"`;
  if (records.length === 0 && each.length + some.length > 0)
    throw unexpected(`a record in the ${section} section`, 'none');
  for (const record of records) {
    const forbidden = forbid.find((source) => matches(source, record));
    if (forbidden !== undefined)
      throw unexpected(`no ${section} record that matches /${forbidden}/`, `"${excerpt(record)}"`);
    const missed = [...all, ...each].find((source) => !matches(source, record));
    if (missed !== undefined) throw unexpected(`every ${section} record to match /${missed}/`, `"${excerpt(record)}"`);
  }
  if (some.length > 0 && !records.some((record) => some.some((source) => matches(source, record))))
    throw unexpected(`a ${section} record that matches ${some.map((source) => `/${source}/`).join(' or ')}`, shown);
};

const flagOf: Readonly<Record<FlagName, (packet: DecodedPacket) => boolean>> = {
  authoritative: ({ flag_aa }) => flag_aa,
  authenticated: ({ flag_ad }) => flag_ad,
  recursionAvailable: ({ flag_ra }) => flag_ra,
  truncated: ({ flag_tc }) => flag_tc,
};
const holdFlags = ({ flags = {} }: DnsOptions, packet: DecodedPacket): void => {
  for (const [name, wanted] of Object.entries(flags)) {
    const read = Object.hasOwn(flagOf, name) ? flagOf[name as FlagName] : undefined;
    if (read !== undefined && read(packet) !== wanted)
      throw unexpected(`the answer to be ${wanted ? '' : 'not '}${name}`, wanted ? 'one that is not' : 'one that is');
  }
};

const holdAnswers = (options: DnsOptions, packet: DecodedPacket, rcode: string): void => {
  const answers = (packet.answers ?? []).map(shortText);
  const { answerMatches, mayBeEmpty = false } = options;
  if (answerMatches === undefined) {
    // A name without the record is no help to whoever asks for it.
    if (rcode === 'NOERROR' && answers.length === 0 && !mayBeEmpty && options.records === undefined)
      throw unexpected('at least one record', 'none');
    return;
  }
  const pattern = patternOf(answerMatches);
  if (answers.some((answer) => pattern.matcher(answer).find())) return;
  if (packet.flag_tc)
    throw new ProbeFailure('answer-too-large', 'expected an answer that fits in UDP, got a truncated one');
  throw unexpected(
    `a record that matches /${answerMatches}/`,
    answers.length === 0 ? 'none' : `"${excerpt(answers.join('; '))}"`,
  );
};

/** What a check expects of an answer: rcode, flags, and the records of each section. */
export const holdPacket = (options: DnsOptions, packet: DecodedPacket): void => {
  const wanted = (options.rcodes ?? ['NOERROR']).map((one) => one.toUpperCase());
  const rcode = rcodeOf(packet);
  if (!wanted.includes(rcode))
    throw new ProbeFailure('unexpected-rcode', `expected ${wanted.join(' or ')}, got ${rcode}`);
  holdFlags(options, packet);
  holdAnswers(options, packet, rcode);
  for (const section of sections) {
    const rules = options.records?.[section];
    if (rules !== undefined) holdRules(section, rules, inSection(packet, section).map(recordText));
  }
};
