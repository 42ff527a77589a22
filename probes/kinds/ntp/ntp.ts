import { randomBytes } from 'node:crypto';
import type { NtpOptions } from '../../../infra/landscape/kinds/ntp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Probe } from '../../observation.ts';
import { addressOf, endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { exchangeDatagram } from '../../wire/udp.ts';
import { answerOf, clockOf, type NtpAnswer, requestOf } from './packet.ts';

const following = ({ leap, stratum, kiss }: NtpAnswer): void => {
  if (stratum === 0)
    throw new ProbeFailure(
      'not-synchronised',
      `expected a time, got the refusal ${kiss === '' || kiss === null ? 'without a code' : kiss}`,
    );
  if (leap === 3 || stratum === 16)
    throw new ProbeFailure('not-synchronised', 'expected a clock that follows a source, got one that says it does not');
};

const holdLimits = (
  { maxOffset, maxStratum = 15, maxDistance }: NtpOptions,
  seen: { offset: number; stratum: number; distance: number },
): void => {
  if (seen.stratum > maxStratum)
    throw new ProbeFailure('out-of-bounds', `expected a stratum of at most ${maxStratum}, got ${seen.stratum}`);
  if (maxDistance !== undefined && seen.distance > maxDistance)
    throw new ProbeFailure(
      'out-of-bounds',
      `expected at most ${maxDistance} s to its source, got ${seen.distance.toFixed(3)} s`,
    );
  if (maxOffset !== undefined && Math.abs(seen.offset) > maxOffset)
    throw new ProbeFailure(
      'clock-offset',
      `expected a clock within ${maxOffset} s of ours, got ${seen.offset.toFixed(6)} s`,
    );
};

const tell = (notes: Notes, numbers: Readonly<Record<string, number>>): void => {
  for (const [name, value] of Object.entries(numbers)) notes.signal(name, value);
  notes.say(
    Object.entries(numbers)
      .map(([name, value]) => `< ${name} ${value.toFixed(6)}`)
      .join('\n'),
  );
};

/** Unix ms with its fraction: a millisecond is much where clocks are compared. */
const wallNow = (): number => Number(Temporal.Now.instant().epochNanoseconds) / 1e6;

/** Asks a time server once: whether it follows a source, and how far its clock is from ours. */
export const ntp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'ntp');
    const { host, port } = endpointOf(aim.target, 123);
    notes.enter('resolve');
    const address = await addressOf(host, context);
    permit(context, { host, address, port });
    notes.fact('address', address);
    notes.enter('processing');
    const nonce = randomBytes(8);
    // One clock for both ends of the way: the wall when we asked, and the time that passed since.
    let [wall, asked] = [wallNow(), context.now()];
    const { bytes, at } = await exchangeDatagram(
      requestOf(nonce),
      { address, port },
      {
        context,
        wanted: () => true,
        sent: () => {
          [wall, asked] = [wallNow(), context.now()];
        },
      },
    );
    const answer = answerOf(bytes, wall);
    if (answer === null) throw new ProbeFailure('protocol-error', 'expected an NTP answer, got bytes that are none');
    if (!answer.origin.equals(nonce))
      throw new ProbeFailure('mismatched-answer', 'expected the answer to this question, got that to another');
    notes.reach('protocol');
    following(answer);
    const { received, sent } = answer;
    if (received === null || sent === null)
      throw new ProbeFailure('protocol-error', 'expected the times of arrival and leaving, got none');
    const { offset, delay } = clockOf({ received, sent }, { asked: wall, heard: wall + at - asked });
    const { stratum, leap, rootDispersion } = answer;
    const distance = rootDispersion + answer.rootDelay / 2;
    // By its own clock: how long ago that was last set.
    const age = answer.reference === null ? {} : { 'reference-age': (sent - answer.reference) / 1000 };
    tell(notes, { offset, delay, stratum, leap, 'root-dispersion': rootDispersion, distance, ...age });
    holdLimits(options, { offset, stratum, distance });
    if (Object.keys(options).length > 0) notes.asserted();
  });
