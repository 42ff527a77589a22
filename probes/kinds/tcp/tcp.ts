import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { dial, placeOf } from '../../wire/dial.ts';
import { secure } from '../../wire/handshake.ts';
import { identityOf } from '../../wire/identity.ts';
import { measure } from '../../wire/measure.ts';
import { holdDialogue, readied } from './dialogue.ts';
import { holdLines, readiedLine } from './lines.ts';
import { talkOver } from './talk.ts';

/**
 * Connects to `host:port` (or `unix:/path`), speaks TLS when asked to, then holds the declared dialogue: over bytes
 * (`dialogue`), or line by line (`lines`).
 */
export const tcp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'tcp');
    const { family } = options;
    const place = placeOf(aim.target);
    const identity = identityOf(aim, options, 'host' in place ? place.host : '');
    const steps = options.dialogue?.map(readied);
    const lines = options.lines?.map(readiedLine);
    const at = { context, notes };
    const plain = await dial(family === undefined || 'path' in place ? place : { ...place, family }, context, notes);
    const socket = options.tls === true ? await secure(plain, identity, at) : plain;
    if (steps !== undefined) await holdDialogue(talkOver(socket, identity, at), steps);
    else if (lines !== undefined) await holdLines(talkOver(socket, identity, at), lines);
  });
