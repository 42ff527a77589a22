import type { Socket } from 'node:net';
import type { DnsOptions } from '../../../infra/landscape/kinds/dns.ts';
import { present } from '../../../infra/landscape/kinds/kind.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Probe } from '../../observation.ts';
import { ask, askOver, type Question } from '../../wire/ask.ts';
import { addressOf, type Endpoint, endpointOf } from '../../wire/dial.ts';
import type { DnsMessage } from '../../wire/dns/message.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { openStream, type At as Stream } from '../../wire/stream.ts';
import { holdMessage, rcodeOf } from './hold.ts';
import { serialOf, shortText } from './records.ts';

const overUdp = async (question: Question, endpoint: Endpoint, { context, notes }: Stream): Promise<DnsMessage> => {
  notes.enter('resolve');
  const address = await addressOf(endpoint.host, context, endpoint.family);
  permit(context, { host: endpoint.host, address, port: endpoint.port });
  notes.fact('address', address);
  notes.enter('processing');
  notes.say(`> ${question.name} ${question.type} to ${address} port ${endpoint.port}`);
  return await ask(question, { address, port: endpoint.port }, { source: context.source, signal: context.signal });
};

const overStream = async (
  question: Question,
  endpoint: Endpoint,
  at: Stream & { readonly options: DnsOptions },
): Promise<DnsMessage> => {
  const { context, notes, options } = at;
  const socket: Socket = await openStream(endpoint, { ...options, tls: options.transport === 'tls' }, at);
  notes.enter('processing');
  notes.say(`> ${question.name} ${question.type} over ${options.transport ?? 'tcp'}`);
  return await askOver(question, socket, context.signal);
};

const asked = async (question: Question, endpoint: Endpoint, at: Stream & { readonly options: DnsOptions }) => {
  const { transport = 'udp', retryOverTcp = false } = at.options;
  if (transport !== 'udp') return await overStream(question, endpoint, at);
  const message = await overUdp(question, endpoint, at);
  if (!message.truncated || !retryOverTcp) return message;
  at.notes.say('< truncated');
  return await overStream(question, endpoint, at);
};

const tell = (message: DnsMessage, notes: Notes): void => {
  const { answer, authority, additional } = message;
  const serial = serialOf(answer);
  if (serial !== null) notes.signal('serial', serial);
  notes.fact('dns', {
    rcode: rcodeOf(message),
    answers: answer.length,
    authorities: authority.length,
    additionals: additional.length,
    serial,
  });
  const shown = answer.slice(0, 20).map((record) => `< ${excerpt(shortText(record))}`);
  notes.say([`< ${rcodeOf(message)}`, ...shown].join('\n'));
};

const asserts = ({ rcodes, answerMatches, records, flags }: DnsOptions): boolean =>
  [rcodes, answerMatches, records, flags].some((one) => one !== undefined);

/** One question to the server `host:port` over UDP, TCP or TLS, held against rcode, flags and records. */
export const dns: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'dns');
    const { query, transport = 'udp', recursion = true, edns = true, family } = options;
    if (query === undefined) throw new ProbeFailure('could-not-run', 'expected a query with a name and a type');
    const endpoint = present<Endpoint>({ ...endpointOf(aim.target, transport === 'tls' ? 853 : 53), family });
    const authentic = options.flags?.authenticated !== undefined;
    const message = await asked({ ...query, recursion, edns, authentic }, endpoint, { aim, context, notes, options });
    notes.reach('protocol');
    tell(message, notes);
    holdMessage(options, message);
    if (asserts(options)) notes.asserted();
  });
