import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { dial, endpointOf } from '../../wire/dial.ts';
import { secure } from '../../wire/handshake.ts';
import { identityOf } from '../../wire/identity.ts';
import { measure } from '../../wire/measure.ts';
import { startTls } from '../../wire/starttls.ts';
import { ownCertificate } from './own.ts';

/**
 * A full TLS handshake with `host:port`, at once or when the protocol spoken there was asked for it, and the truth about
 * the certificate also when it is bad.
 */
export const tls: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'tls');
    const endpoint = endpointOf(aim.target, 443);
    const identity = identityOf(aim, options, endpoint.host);
    const at = { context, notes };
    const plain = await dial(endpoint, context, notes);
    const ready = options.startTls === undefined ? plain : await startTls(options.startTls, plain, at);
    const socket = await secure(ready, identity, at);
    if (identity.client !== undefined) {
      // The peer thinks: the handshake's own time is over.
      notes.enter('processing');
      const told = await ownCertificate({ plain: ready, socket }, context.withinMs ?? aim.check.timeoutMs);
      notes.fact('ownCertificate', told);
      notes.say(`our certificate: ${told}`);
    }
    notes.reach('session');
  });
