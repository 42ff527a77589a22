import type { SnmpOptions } from '../../../infra/landscape/kinds/snmp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe, ProbeContext } from '../../observation.ts';
import { addressOf, endpointOf } from '../../wire/dial.ts';
import { failureOf, ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { library } from './library.ts';
import { meantOfMessage } from './meaning.ts';
import { readAll } from './read.ts';
import { sessionOf } from './session.ts';

const reached = async (target: string, context: ProbeContext, notes: Notes) => {
  const { host, port } = endpointOf(target, 161);
  notes.enter('resolve');
  const address = await addressOf(host, context);
  permit(context, { host, address, port });
  notes.fact('address', address);
  return { address, port, source: context.source };
};

/** What silence means depends on what was said before it. */
const silenceAfter = ({ user }: SnmpOptions, got: 'nothing' | 'something' | 'values'): ProbeFailure => {
  if (got === 'values') return new ProbeFailure('no-answer', 'expected all values in time, got only a part of them');
  // An agent that can make nothing of what it deciphers says nothing (RFC 3412 §7.2).
  return got === 'something' && user !== undefined
    ? new ProbeFailure(
        'no-answer',
        `expected values, got silence after the agent had told its name: ${user.priv === undefined ? '' : 'privacy password, '}context or view may be others`,
      )
    : new ProbeFailure('no-answer', 'expected an answer, got none in time');
};

/** Reads the declared OIDs of an SNMP agent, v2c or v3, as signals, and holds them against what is expected. */
export const snmp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'snmp');
    const net = await library();
    const place = await reached(aim.target, context, notes);
    context.signal.throwIfAborted();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    let got: 'nothing' | 'something' | 'values' = 'nothing';
    const session = sessionOf(net, aim, {
      ...place,
      options,
      failed: (error) => broken.reject(failureOf(error, 'processing')),
      heard: () => {
        if (got === 'nothing') got = 'something';
      },
    });
    session.on('error', (error) => broken.reject(meantOfMessage(error)));
    notes.hold(() => session.close());
    notes.enter('processing');
    notes.ifLate(() => silenceAfter(options, got));
    const answered = (): void => {
      got = 'values';
      notes.reach(options.user?.auth === undefined ? 'protocol' : 'session');
    };
    const read = readAll(Object.entries(options.read), { snmp: net, session, notes, answered });
    await Promise.race([read, broken.promise]);
    notes.asserted();
  });
