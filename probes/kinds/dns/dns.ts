import type { Socket } from 'node:net';
import type { DecodedPacket } from 'dns-packet';
import type { DnsOptions } from '../../../infra/landscape/kinds/dns.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe, ProbeContext } from '../../observation.ts';
import { excerpt } from '../../redact.ts';
import { ask, askOver, type Question } from '../../wire/ask.ts';
import { addressOf, type Endpoint, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { openStream, type At as Stream } from '../../wire/stream.ts';
import { holdPacket, rcodeOf } from './hold.ts';
import { serialOf, shortText } from './records.ts';

type At = { readonly context: ProbeContext; readonly notes: Notes };

const overUdp = async (question: Question, endpoint: Endpoint, { context, notes }: At): Promise<DecodedPacket> => {
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
): Promise<DecodedPacket> => {
  const { context, notes, options } = at;
  const socket: Socket = await openStream(endpoint, { ...options, tls: options.transport === 'tls' }, at);
  notes.enter('processing');
  notes.say(`> ${question.name} ${question.type} over ${options.transport ?? 'tcp'}`);
  return await askOver(question, socket, context.signal);
};

const asserts = ({ rcodes, answerMatches, records, flags }: DnsOptions): boolean =>
  [rcodes, answerMatches, records, flags].some((one) => one !== undefined);

/** One question to the server `host:port` over UDP, TCP or TLS, held against rcode, flags and records. */
export const dns: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'dns');
    const { query, transport = 'udp', recursion = true, edns = true, family } = options;
    if (query === undefined) throw new ProbeFailure('could-not-run', 'expected a query with a name and a type');
    const question = { ...query, recursion, edns };
    const endpoint = {
      ...endpointOf(aim.target, transport === 'tls' ? 853 : 53),
      ...(family === undefined ? {} : { family }),
    };
    const at = { aim, context, notes, options };
    const packet = await (transport === 'udp' ? overUdp(question, endpoint, at) : overStream(question, endpoint, at));
    const answers = packet.answers ?? [];
    notes.reach('protocol');
    const serial = serialOf(answers);
    if (serial !== null) notes.signal('serial', serial);
    notes.fact('dns', {
      rcode: rcodeOf(packet),
      answers: answers.length,
      authorities: packet.authorities?.length ?? 0,
      additionals: packet.additionals?.length ?? 0,
      serial,
    });
    const shown = answers.slice(0, 20).map((answer) => `< ${excerpt(shortText(answer))}`);
    notes.say([`< ${rcodeOf(packet)}`, ...shown].join('\n'));
    holdPacket(options, packet);
    if (asserts(options)) notes.asserted();
  });
