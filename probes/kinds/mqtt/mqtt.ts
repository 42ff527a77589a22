import { randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { MqttOptions } from '../../../infra/landscape/kinds/mqtt.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { type Shown, shownOf } from '../../discretion/shown.ts';
import type { Probe } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { framesOf, politely } from '../../wire/frames.ts';
import { measure } from '../../wire/measure.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { type At, holdPlain, openStream } from '../../wire/stream.ts';
import { type Code, codeOf, connectCodeOf } from './codes.ts';
import {
  acknowledge,
  connect,
  decodePacket,
  disconnect,
  type Packet,
  packetLength,
  publish,
  subscribe,
} from './packets.ts';

const largest = 256 * 1024;
const packetCount = 1000;
/** How a message of any prober of ours begins: several may use the topic at once. */
const ours = 'forvarsel ';

const failed = (wanted: string, code: Code, value: number, why: string): ProbeFailure =>
  new ProbeFailure(code.reason, `expected ${wanted}, got ${code.name} (${value})${why === '' ? '' : `: ${why}`}`);

const converse = (socket: Socket, { version }: MqttOptions, { notes }: At, shown: Shown) => {
  const frames = framesOf(socket, {
    lengthOf: packetLength,
    frameLimit: largest,
    countLimit: packetCount,
    what: 'a packet',
  });
  return {
    shown,
    send: (bytes: Buffer, what: string): void => {
      notes.say(`> ${what}`);
      socket.write(bytes);
    },
    next: async (): Promise<Packet> => {
      const packet = decodePacket(await frames.next(), version);
      notes.reach('protocol');
      if (packet.is !== 'disconnect') return packet;
      throw failed('to stay connected', codeOf(packet.code), packet.code, shown(packet.why));
    },
    /** Says goodbye and lets the broker close, as it must. */
    close: async (): Promise<void> => {
      socket.end(disconnect());
      const closed = async (): Promise<void> => {
        for (;;) await frames.next();
      };
      await politely(closed());
    },
  };
};
type Talk = ReturnType<typeof converse>;

type Login = { readonly user: string | null; readonly password: string | null };
const login = async (talk: Talk, { version, clientId }: MqttOptions, { user, password }: Login, { notes }: At) => {
  const name = `${clientId}${randomBytes(7).toString('hex')}`;
  const hello = connect({ version, clientId: name, user, password, keepAlive: 60, largest });
  talk.send(hello, `CONNECT as ${name}${user === null ? '' : ', with a login'}`);
  const answer = await talk.next();
  if (answer.is !== 'connack') throw new ProbeFailure('protocol-error', `expected CONNACK, got ${answer.is}`);
  notes.say(`< CONNACK ${answer.code}`);
  if (answer.code !== 0) throw failed('to be let in', connectCodeOf(answer.code), answer.code, talk.shown(answer.why));
  notes.reach('session');
  return answer;
};

type RoundTrip = NonNullable<MqttOptions['roundTrip']>;
const listen = async (talk: Talk, { version }: MqttOptions, { topic, qos }: RoundTrip): Promise<void> => {
  talk.send(subscribe({ version, id: 1, topic, qos }), `SUBSCRIBE ${topic}`);
  for (;;) {
    const answer = await talk.next();
    // A broker may deliver before it confirms: what was retained, or what others say.
    if (answer.is === 'publish') continue;
    if (answer.is !== 'suback' || answer.id !== 1 || answer.codes.length !== 1)
      throw new ProbeFailure('protocol-error', `expected SUBACK to our subscription, got ${answer.is}`);
    const [granted = 0x80] = answer.codes;
    const what = `a subscription to ${topic} with QoS ${qos}`;
    if (granted >= 0x80) throw failed(what, codeOf(granted), granted, talk.shown(answer.why));
    if (granted < qos) throw new ProbeFailure('rejected', `expected ${what}, got one with QoS ${granted}`);
    return;
  }
};

/** Publishes what nobody else can have said, and waits until it has come back and been confirmed. */
const roundTrip = async (talk: Talk, { version }: MqttOptions, { topic, qos }: RoundTrip, { context, notes }: At) => {
  const nonce = Buffer.from(`${ours}${randomUUID()}`);
  let confirmed = qos === 0;
  let back: number | null = null;
  let other: string | null = null;
  notes.ifLate(() => {
    if (back !== null) return new ProbeFailure('no-answer', 'expected our message to be confirmed, got it back alone');
    return other === null
      ? new ProbeFailure('no-answer', `expected our message back on ${topic}, got nothing in time`)
      : new ProbeFailure('mismatched-answer', `expected our message back on ${topic}, got ${other}`);
  });
  const heard = (packet: Extract<Packet, { is: 'publish' }>): void => {
    if (packet.topic !== topic)
      throw new ProbeFailure(
        'protocol-error',
        `expected a message on ${topic}, got one on ${talk.shown(packet.topic)}`,
      );
    if (packet.qos === 1) talk.send(acknowledge('puback', packet.id), 'PUBACK');
    if (packet.qos === 2) talk.send(acknowledge('pubrec', packet.id), 'PUBREC');
    if (!packet.retained && packet.payload.equals(nonce)) back ??= context.now();
    else if (packet.retained || !packet.payload.toString('latin1').startsWith(ours))
      other = `${packet.retained ? 'a retained' : 'another'} one: "${talk.shown(packet.payload)}"`;
  };
  const held = ({ id, code, why }: { readonly id: number; readonly code: number; readonly why: string }): void => {
    if (id !== 2) throw new ProbeFailure('protocol-error', `expected an answer to our message, got one to ${id}`);
    if (code >= 0x80) throw failed('our message to be taken', codeOf(code), code, talk.shown(why));
  };
  const began = context.now();
  talk.send(publish({ version, id: 2, topic, qos }, nonce), `PUBLISH ${topic} with QoS ${qos}`);
  while (!confirmed || back === null) {
    const packet = await talk.next();
    if (packet.is === 'publish') heard(packet);
    else if (packet.is === 'pubrel') talk.send(acknowledge('pubcomp', packet.id), 'PUBCOMP');
    else if (packet.is === 'pubrec' && qos === 2) {
      held(packet);
      talk.send(acknowledge('pubrel', packet.id), 'PUBREL');
    } else if (packet.is === (qos === 1 ? 'puback' : 'pubcomp') && qos > 0) {
      // Safe: both kinds carry what `held` looks at; the comparison above is beyond the compiler.
      held(packet as Extract<Packet, { is: 'puback' }>);
      confirmed = true;
    } else throw new ProbeFailure('protocol-error', `expected an answer to our message, got ${packet.is}`);
  }
  notes.ifLate(null);
  notes.signal('round-trip', (back - began) / 1000);
  notes.say('< our message');
  notes.reach('transaction');
  notes.asserted();
};

/** Connects to a broker and logs in; with a declared topic it sends itself a message over it. */
export const mqtt: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'mqtt');
    const { tls = false, version } = options;
    const password = options.login?.password === undefined ? null : secretOf(aim, options.login.password);
    const user = options.login === undefined ? null : wordOf(aim, options.login.user);
    if (password !== null) holdPlain(options);
    const at = { aim, context, notes };
    const socket = await openStream(endpointOf(aim.target, tls ? 8883 : 1883), { ...options, tls }, at);
    const talk = converse(socket, options, at, shownOf(aim));
    notes.enter('processing');
    const { qos } = await login(talk, options, { user, password }, at);
    const trip = options.roundTrip;
    if (trip !== undefined) {
      if (version === '5' && trip.qos > qos)
        throw new ProbeFailure('rejected', `expected QoS ${trip.qos}, got a broker that takes at most ${qos}`);
      await listen(talk, options, trip);
      await roundTrip(talk, options, trip, at);
    }
    await talk.close();
  });
