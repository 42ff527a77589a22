import type { Answer, DecodedPacket } from 'dns-packet';
import { optionsOf } from '../../../infra/landscape/kinds.ts';
import type { Aim, Probe } from '../../observation.ts';
import { excerpt } from '../../redact.ts';
import { ask } from '../../wire/ask.ts';
import { addressOf, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';
import { patternOf } from '../../wire/pattern.ts';

const shownOf = (answer: Answer): string => {
  const { data } = answer as { data?: unknown };
  const text = Buffer.isBuffer(data) || typeof data === 'string' ? data.toString() : JSON.stringify(data);
  return `${answer.name} ${answer.type} ${text}`;
};

/** RFC 1035 §4.1.1 by the names in use. */
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;
const rcodeOf = ({ flags }: DecodedPacket): string => rcodes[(flags ?? 0) & 0x0f] ?? `RCODE${(flags ?? 0) & 0x0f}`;

const hold = ({ check }: Aim, packet: DecodedPacket, answers: readonly string[]): void => {
  const expect = optionsOf(check, 'dns');
  const wanted = (expect.rcode ?? 'NOERROR').toUpperCase();
  const rcode = rcodeOf(packet);
  if (rcode !== wanted) throw new ProbeFailure('unexpected-rcode', `expected ${wanted}, got ${rcode}`);
  if (expect.answerMatches === undefined) {
    // A name without the record is no help to whoever asks for it.
    if (wanted === 'NOERROR' && answers.length === 0)
      throw new ProbeFailure('unexpected-answer', 'expected at least one record, got none');
    return;
  }
  const pattern = patternOf(expect.answerMatches);
  if (answers.some((answer) => pattern.matcher(answer).find())) return;
  if (packet.flag_tc)
    throw new ProbeFailure('answer-too-large', 'expected an answer that fits in UDP, got a truncated one');
  throw new ProbeFailure(
    'unexpected-answer',
    `expected a record that matches /${expect.answerMatches}/, got ${answers.length === 0 ? 'none' : `"${excerpt(answers.join('; '))}"`}`,
  );
};

/** One question over UDP to the server `host:port`, held against rcode and records, written `name type data`. */
export const dns: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const { query, answerMatches, rcode } = optionsOf(aim.check, 'dns');
    if (query === undefined) throw new ProbeFailure('could-not-run', 'expected expect.query with a name and a type');
    const { host, port } = endpointOf(aim.target, 53);
    notes.enter('resolve');
    const address = await addressOf(host, context);
    notes.enter('processing');
    notes.say(`> ${query.name} ${query.type} to ${address} port ${port}`);
    const packet = await ask(query, { address, port }, { source: context.source, signal: context.signal });
    const answers = (packet.answers ?? []).map(shownOf);
    notes.reach('protocol');
    notes.say([`< ${rcodeOf(packet)}`, ...answers.slice(0, 20).map((answer) => `< ${excerpt(answer)}`)].join('\n'));
    hold(aim, packet, answers);
    if (answerMatches !== undefined || rcode !== undefined) notes.asserted();
  });
