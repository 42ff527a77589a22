import { optionsOf } from '../../../infra/landscape/kinds.ts';
import type { Probe } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { secure } from '../../wire/handshake.ts';
import { measure } from '../../wire/measure.ts';

/** A full TLS handshake with `host:port`, and the truth about the certificate also when it is bad. */
export const tls: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const expect = optionsOf(aim.check, 'tls');
    const endpoint = endpointOf(aim.target, 443);
    const socket = await dial(endpoint, context, notes);
    const identity = { name: expect.serverName ?? endpoint.host, trusted: expect.trusted ?? true };
    await secure(socket, identity, { context, notes });
  });
