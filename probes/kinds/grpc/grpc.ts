import { optionsOf } from '../../../infra/landscape/options.ts';
import { refusePerson } from '../../discretion/person.ts';
import { type Shown, shownOf } from '../../discretion/shown.ts';
import type { Aim, Probe } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure } from '../../wire/measure.ts';
import { wordOf } from '../../wire/secret.ts';
import { openStream } from '../../wire/stream.ts';
import { call, type Reply } from './call.ts';
import { framed, healthPath, messageOf, servingOf } from './health.ts';
import { reasonOf, statusName, statusNumber, statusOfHttp, statusOfReset } from './status.ts';

/** Metadata that a HTTP/2 header can carry; whatever it cannot is our own trouble. */
const metadataOf = (aim: Aim): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(optionsOf(aim.check, 'grpc').metadata ?? {}).map(([name, words]) => {
      const binary = name.toLowerCase().endsWith('-bin');
      const values = words.map((word) => {
        const value = wordOf(aim, word);
        if (binary) return Buffer.from(value, 'utf8').toString('base64');
        if (/^[\x20-\x7e]*$/.test(value)) return value;
        throw new ProbeFailure('could-not-run', `expected printable ASCII as the metadata ${name}, got something else`);
      });
      return [name.toLowerCase(), values];
    }),
  );

const statusIn = ({ http, fields, reset }: Reply, shown: Shown): number => {
  const said = fields['grpc-status'];
  if (typeof said === 'string' && /^\d{1,3}$/.test(said)) return Number(said);
  if (http !== 200 && http !== 0) return statusOfHttp(http);
  if (reset !== 0) return statusOfReset(reset);
  throw new ProbeFailure(
    'protocol-error',
    `expected a gRPC status, got ${said === undefined ? 'none' : shown(String(said))}`,
  );
};

/** As sent it is percent-encoded; what cannot be decoded is shown as it is. */
const sentence = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const holdStatus = (status: number, { http, fields, reset }: Reply, shown: Shown): void => {
  if (status === 0) return;
  const said = fields['grpc-message'];
  const why =
    typeof said === 'string' && said !== ''
      ? `: ${shown(sentence(said))}`
      : http !== 200 && http !== 0
        ? ` by HTTP ${http}`
        : reset === 0
          ? ''
          : ` by the HTTP/2 error ${reset}`;
  throw new ProbeFailure(reasonOf(status), `expected the status OK, got ${statusName(status)} (${status})${why}`);
};

const holdForm = ({ http, fields }: Reply, shown: Shown): void => {
  const type = String(fields['content-type'] ?? 'none');
  if (http !== 200 || !/^application\/grpc(?:[+;]|$)/i.test(type))
    throw new ProbeFailure('protocol-error', `expected an answer of gRPC, got HTTP ${http} of type ${shown(type)}`);
};

/**
 * Asks a server by grpc.health.v1 how a service is; only SERVING is good. gRPC is spoken here over our own connection,
 * so that source, certificate and phases are as everywhere else.
 */
export const grpc: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'grpc');
    const { service = '', tls = false } = options;
    const endpoint = endpointOf(aim.target, tls ? 443 : 80);
    const metadata = metadataOf(aim);
    refusePerson([service, ...Object.values(metadata).flat()], null);
    const socket = await openStream(endpoint, { ...options, tls, protocols: ['h2'] }, { aim, context, notes });
    if ('alpnProtocol' in socket && socket.alpnProtocol !== 'h2')
      throw new ProbeFailure('protocol-error', 'expected HTTP/2 to be chosen in the handshake, got no protocol');
    notes.enter('processing');
    const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
    const authority = new URL(`${tls ? 'https' : 'http'}://${host}:${endpoint.port}`);
    notes.say(
      `> ${healthPath} of ${service === '' ? 'the server' : service}, metadata: ${Object.keys(metadata).join(', ')}`,
    );
    const headers = {
      ...metadata,
      ':method': 'POST',
      ':path': healthPath,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'Forvarsel',
    };
    const reply = await call(socket, { authority, headers, body: framed(service) }, notes);
    const shown = shownOf(aim);
    const status = statusIn(reply, shown);
    notes.fact('grpc', { status, serving: null });
    notes.say(`< HTTP ${reply.http}, ${statusName(status)} (${status})`);
    holdStatus(status, reply, shown);
    holdForm(reply, shown);
    const serving = servingOf(messageOf(reply.body));
    notes.fact('grpc', { status: statusNumber('OK'), serving });
    notes.say(`< ${serving}`);
    if (serving !== 'SERVING')
      throw new ProbeFailure(
        'not-serving',
        `expected ${service === '' ? 'the server' : service} to be SERVING, got ${serving}`,
      );
    notes.asserted();
  });
