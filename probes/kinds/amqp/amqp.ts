import { randomUUID } from 'node:crypto';
import type { AmqpOptions } from '../../../infra/landscape/kinds/amqp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { shownOf } from '../../discretion/shown.ts';
import type { Probe } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { type At, holdPlain, openStream } from '../../wire/stream.ts';
import {
  askForQueue,
  channelOpen,
  consume,
  makeOwnQueue,
  open,
  protocolHeader,
  publish,
  startOk,
  tuneOk,
} from './methods.ts';
import { converse, largestFrame, type Talk } from './talk.ts';

/** A message of ours is 46 bytes; what is far longer is not. */
const bodyLimit = 64 * 1024;
/** The least any broker and client must take (AMQP 0-9-1 §4.2.3). */
const leastFrame = 4096;

type Login = { readonly user: string; readonly password: string };
const login = async (talk: Talk, { user, password }: Login, vhost: string): Promise<void> => {
  talk.send(protocolHeader, 'AMQP 0-9-1');
  const start = await talk.want('start', 'a broker to introduce itself');
  if (start.version !== '0-9')
    throw new ProbeFailure('unexpected-version', `expected AMQP 0-9-1, got a broker of ${start.version}`);
  if (!start.mechanisms.split(' ').includes('PLAIN'))
    throw new ProbeFailure(
      'unexpected-answer',
      `expected a login by PLAIN, got a broker that takes ${start.mechanisms}`,
    );
  talk.send(startOk(user, password), 'start-ok with a login');
  const { frameMax } = await talk.want('tune', 'to be let in');
  talk.letIn();
  talk.send(tuneOk(frameMax === 0 ? largestFrame : Math.max(leastFrame, Math.min(frameMax, largestFrame))), 'tune-ok');
  talk.send(open(vhost), `open ${vhost}`);
  await talk.want('open-ok', `the virtual host ${vhost}`);
};

const holdQueue = async (talk: Talk, queue: string, { consumers, messages }: AmqpOptions, notes: Notes) => {
  talk.send(askForQueue(queue), `declare ${queue}, passive`);
  const found = await talk.want('declare-ok', `the queue ${queue}`);
  notes.signal('messages', found.messages);
  notes.signal('consumers', found.consumers);
  notes.say(`< ${found.messages} messages, ${found.consumers} consumers`);
  if (consumers !== undefined && found.consumers < consumers)
    throw new ProbeFailure(
      'out-of-bounds',
      `expected at least ${consumers} consumers of ${queue}, got ${found.consumers}`,
    );
  if (messages !== undefined && found.messages > messages)
    throw new ProbeFailure('out-of-bounds', `expected at most ${messages} messages in ${queue}, got ${found.messages}`);
  notes.asserted();
};

/** The body that comes with a delivery, in as many frames as the broker likes. */
const bodyOf = async (talk: Talk): Promise<Buffer> => {
  const { size } = await talk.want('header', 'the rest of our message');
  if (size > bodyLimit) throw new ProbeFailure('answer-too-large', `expected at most ${bodyLimit} bytes, got ${size}`);
  const parts: Buffer[] = [];
  let held = 0;
  while (held < size) {
    const { bytes } = await talk.want('body', 'the rest of our message');
    held += bytes.length;
    parts.push(bytes);
  }
  if (held > size) throw new ProbeFailure('protocol-error', `expected a body of ${size} bytes, got ${held}`);
  return Buffer.concat(parts);
};

/** Sends what nobody else can have said to a queue that only this connection has, and waits until it comes. */
const roundTrip = async (talk: Talk, { aim, context, notes }: At): Promise<void> => {
  talk.send(makeOwnQueue(), 'declare a queue of our own');
  const { queue } = await talk.want('declare-ok', 'a queue of our own');
  talk.send(consume(queue), `consume ${queue}`);
  const { tag } = await talk.want('consume-ok', 'to be given what is in our queue');
  const nonce = Buffer.from(`forvarsel ${randomUUID()}`);
  const began = context.now();
  talk.send(publish(queue, nonce), `publish to ${queue}`);
  const delivery = await talk.want('deliver', 'our message back');
  const body = await bodyOf(talk);
  if (delivery.tag !== tag || !body.equals(nonce))
    throw new ProbeFailure('mismatched-answer', `expected our message back, got "${shownOf(aim)(body)}"`);
  notes.signal('round-trip', (context.now() - began) / 1000);
  notes.reach('transaction');
  notes.asserted();
};

/** Connects to a broker, logs in and opens a virtual host; looks at a queue and sends itself a message as declared. */
export const amqp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'amqp');
    const { tls = false, vhost, queue } = options;
    holdPlain(options);
    const who = { user: wordOf(aim, options.login.user), password: secretOf(aim, options.login.password) };
    const at = { aim, context, notes };
    const socket = await openStream(endpointOf(aim.target, tls ? 5671 : 5672), { ...options, tls }, at);
    notes.enter('processing');
    const talk = converse(socket, notes, shownOf(aim));
    await login(talk, who, vhost);
    notes.reach('session');
    if (queue !== undefined || options.roundTrip) {
      talk.send(channelOpen(), 'channel open');
      await talk.want('channel-open-ok', 'a channel');
    }
    if (queue !== undefined) await holdQueue(talk, queue, options, notes);
    if (options.roundTrip) await roundTrip(talk, at);
    await talk.close();
  });
