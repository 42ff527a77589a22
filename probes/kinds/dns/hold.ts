import type { DnsOptions, FlagName, RecordRules, Section } from '../../../infra/landscape/kinds/dns.ts';
import { responseCodes } from '../../../infra/landscape/kinds/record-types.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { DnsMessage } from '../../wire/dns/message.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { patternOf } from '../../wire/pattern.ts';
import { recordText, shortText } from './records.ts';

const rcodeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(responseCodes).map(([name, number]) => [number, name]),
);
export const rcodeOf = ({ rcode }: DnsMessage): string => rcodeNames.get(rcode) ?? `RCODE${rcode}`;

const sections: readonly Section[] = ['answer', 'authority', 'additional'];

const unexpected = (expected: string, got: string): ProbeFailure =>
  new ProbeFailure('unexpected-answer', `expected ${expected}, got ${got}`);
const tooLarge = (): ProbeFailure =>
  new ProbeFailure('answer-too-large', 'expected an answer that fits in UDP, got a truncated one');
const matches = (source: string, text: string): boolean => patternOf(source).matcher(text).find();

/** Of a truncated answer only what is there can be held: that all match, or none, cannot be said. */
const holdRules = (
  section: string,
  rules: RecordRules,
  { records, truncated }: { readonly records: readonly string[]; readonly truncated: boolean },
): void => {
  const { forbid = [], all = [], each = [], some = [] } = rules;
  for (const record of records) {
    const forbidden = forbid.find((source) => matches(source, record));
    if (forbidden !== undefined)
      throw unexpected(`no ${section} record that matches /${forbidden}/`, `"${excerpt(record)}"`);
    const missed = [...all, ...each].find((source) => !matches(source, record));
    if (missed !== undefined) throw unexpected(`every ${section} record to match /${missed}/`, `"${excerpt(record)}"`);
  }
  const found = some.length === 0 || records.some((record) => some.some((source) => matches(source, record)));
  if (truncated && (!found || forbid.length + all.length + each.length > 0)) throw tooLarge();
  if (records.length === 0 && each.length + some.length > 0)
    throw unexpected(`a record in the ${section} section`, 'none');
  if (!found)
    throw unexpected(
      `a ${section} record that matches ${some.map((source) => `/${source}/`).join(' or ')}`,
      `"${excerpt(records.join('; '))}"`,
    );
};

const holdFlags = ({ flags = {} }: DnsOptions, message: DnsMessage): void => {
  // The names of the flags are those of the message.
  for (const [name, wanted] of Object.entries(flags) as [FlagName, boolean][])
    if (message[name] !== wanted)
      throw unexpected(`the answer to be ${wanted ? '' : 'not '}${name}`, wanted ? 'one that is not' : 'one that is');
};

const holdAnswers = (options: DnsOptions, message: DnsMessage): void => {
  const { answerMatches, records, mayBeEmpty = false } = options;
  const answers = message.answer.map(shortText);
  // A name without the record is no help to whoever asks for it.
  const needed = answerMatches !== undefined || (message.rcode === 0 && !mayBeEmpty && records === undefined);
  if (!needed) return;
  const pattern = answerMatches === undefined ? null : patternOf(answerMatches);
  if (answers.some((answer) => pattern === null || pattern.matcher(answer).find())) return;
  if (message.truncated) throw tooLarge();
  throw unexpected(
    pattern === null ? 'at least one record' : `a record that matches /${answerMatches}/`,
    answers.length === 0 ? 'none' : `"${excerpt(answers.join('; '))}"`,
  );
};

/** What a check expects of an answer: rcode, flags, and the records of each section. */
export const holdMessage = (options: DnsOptions, message: DnsMessage): void => {
  const wanted = (options.rcodes ?? ['NOERROR']).map((one) => one.toUpperCase());
  const rcode = rcodeOf(message);
  if (!wanted.includes(rcode))
    throw new ProbeFailure('unexpected-rcode', `expected ${wanted.join(' or ')}, got ${rcode}`);
  holdFlags(options, message);
  holdAnswers(options, message);
  const truncated = message.truncated && options.partial !== true;
  for (const section of sections) {
    const rules = options.records?.[section];
    if (rules !== undefined) holdRules(section, rules, { records: message[section].map(recordText), truncated });
  }
};
