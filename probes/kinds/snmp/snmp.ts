import { isIP } from 'node:net';
import type { Session, User, Varbind } from 'net-snmp';
import type { SnmpOptions, SnmpRead, SnmpUser } from '../../../infra/landscape/kinds/snmp.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import type { Aim, Probe, ProbeContext } from '../../observation.ts';
import { addressOf, endpointOf } from '../../wire/dial.ts';
import { failureOf, ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { permit } from '../../wire/permit.ts';
import { secretOf } from '../../wire/secret.ts';
import { connectedSockets } from './socket.ts';
import { counterOf, holdValue, numberOf, reduced } from './values.ts';

/** Loaded when the first check needs it: a thread without SNMP does not carry it. */
const library = async () => (await import('net-snmp')).default;
type Library = Awaited<ReturnType<typeof library>>;

const most = 5_000;
const atOnce = 20;
const counter64 = 70;

const userOf = (snmp: Library, aim: Aim, { name, auth, priv }: SnmpUser): User => {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = snmp;
  if (auth === undefined) return { name, level: SecurityLevel.noAuthNoPriv };
  const authProtocol = AuthProtocols[auth.protocol] ?? '';
  const known = { name, authProtocol, authKey: secretOf(aim, auth.password) };
  if (priv === undefined) return { ...known, level: SecurityLevel.authNoPriv };
  const privProtocol = PrivProtocols[priv.protocol] ?? '';
  return { ...known, level: SecurityLevel.authPriv, privProtocol, privKey: secretOf(aim, priv.password) };
};

const sessionOf = (
  snmp: Library,
  aim: Aim,
  at: {
    readonly options: SnmpOptions;
    readonly address: string;
    readonly port: number;
    readonly source: string | null;
    readonly failed: (error: Error) => void;
  },
): Session => {
  const { options, address, port, source, failed } = at;
  const how = {
    port,
    retries: 0,
    // The deadline is the attempt's own; theirs would only blur the reason.
    timeout: aim.check.timeoutMs * 2,
    transport: isIP(address) === 6 ? ('udp6' as const) : ('udp4' as const),
    dgramModule: connectedSockets({ address, port, source }, failed),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  if (options.user !== undefined) return snmp.createV3Session(address, userOf(snmp, aim, options.user), how);
  if (options.community === undefined)
    throw new ProbeFailure('could-not-run', 'expected a community or a user, got neither');
  return snmp.createSession(address, secretOf(aim, options.community), { ...how, version: snmp.Version2c });
};

const socketCodes = /\b(E[A-Z]{4,})\b/;
/** What the library calls an error, by our reasons. RFC 3414 §3.2 names the counters an agent reports for a wrong user or key. */
const meant = (error: Error): ProbeFailure => {
  const text = error.message;
  if (/wrong ?digest|unknown ?user|authentication|usmStats|unsupported ?sec|decryption/i.test(text))
    return new ProbeFailure('login-refused', 'expected to be let in, got a refusal of our user or key', error);
  if (error.name === 'RequestFailedError')
    return new ProbeFailure('query-failed', `expected values, got ${text.slice(0, 100)}`, error);
  if (error.name.startsWith('Response') || error.name === 'ProcessingError')
    return new ProbeFailure('protocol-error', 'expected an SNMP answer, got bytes that are none', error);
  if (socketCodes.test(text) || 'code' in error) return failureOf(error, 'processing');
  return new ProbeFailure('protocol-error', `expected an SNMP answer, got ${text.slice(0, 100)}`, error);
};

/** Settles with the callback, or with whatever goes wrong on the socket meanwhile. */
const asked = <T>(start: (done: (error: Error | null, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, value) => (error === null ? resolve(value) : reject(meant(error))));
  });

const readingOf = ({ type, value }: Varbind): number | null =>
  type === counter64 ? counterOf(value) : numberOf(value);
const textOf = ({ value }: Varbind): string => (Buffer.isBuffer(value) ? value.toString('utf8') : String(value));

const walked = (session: Session, { oid }: SnmpRead): Promise<readonly (number | null)[]> => {
  const values: (number | null)[] = [];
  return asked((done) =>
    session.subtree(
      oid,
      atOnce,
      (varbinds) => {
        values.push(...varbinds.map(readingOf));
        // Returning true ends the walk: an agent that never does must not fill our memory.
        return values.length >= most ? true : undefined;
      },
      (error) => (values.length >= most ? done(new Error(`more than ${most} values`), []) : done(error, values)),
    ),
  );
};

const gather = async (snmp: Library, session: Session, options: SnmpOptions, notes: Notes): Promise<void> => {
  const single = Object.entries(options.read).filter(([, one]) => one.walk === undefined);
  for (let from = 0; from < single.length; from += atOnce) {
    const part = single.slice(from, from + atOnce);
    const varbinds = await asked<readonly Varbind[]>((done) =>
      session.get(
        part.map(([, { oid }]) => oid),
        done,
      ),
    );
    notes.reach(options.user?.auth === undefined ? 'protocol' : 'session');
    for (const [index, [name, one]] of part.entries()) {
      const varbind = varbinds[index];
      if (varbind === undefined || varbind.oid !== one.oid)
        throw new ProbeFailure('mismatched-answer', `expected ${name} (${one.oid}), got another OID`);
      if (snmp.isVarbindError(varbind))
        throw new ProbeFailure(
          'query-failed',
          `expected ${name} (${one.oid}), got ${snmp.varbindError(varbind).slice(0, 100)}`,
        );
      const number = readingOf(varbind);
      if (number !== null) notes.signal(name, number);
      notes.say(`< ${name} ${number ?? 'a text'}`);
      holdValue(name, one, { number, text: textOf(varbind) });
    }
  }
  for (const [name, one] of Object.entries(options.read)) {
    if (one.walk === undefined) continue;
    const number = reduced(one.walk, await walked(session, one));
    notes.reach(options.user?.auth === undefined ? 'protocol' : 'session');
    const bounded = one.min !== undefined || one.max !== undefined || one.equals !== undefined;
    // None of something is an answer only to whoever said how many there should be.
    if (number === null || (number === 0 && one.walk === 'count' && !bounded))
      throw new ProbeFailure('query-failed', `expected numbers under ${name} (${one.oid}), got none`);
    notes.signal(name, number);
    notes.say(`< ${name} ${number} (${one.walk})`);
    holdValue(name, one, { number, text: String(number) });
  }
};

const reached = async (target: string, context: ProbeContext, notes: Notes) => {
  const { host, port } = endpointOf(target, 161);
  notes.enter('resolve');
  const address = await addressOf(host, context);
  permit(context, { host, address, port });
  notes.fact('address', address);
  return { address, port };
};

/** Reads the declared OIDs of an SNMP agent, v2c or v3, as signals, and holds them against what is expected. */
export const snmp: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const options = optionsOf(aim.check, 'snmp');
    const place = await reached(aim.target, context, notes);
    notes.enter('processing');
    const net = await library();
    context.signal.throwIfAborted();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    const failed = (error: Error): void => broken.reject(failureOf(error, 'processing'));
    const session = sessionOf(net, aim, { ...place, options, source: context.source, failed });
    session.on('error', (error) => broken.reject(meant(error)));
    notes.hold(() => session.close());
    await Promise.race([gather(net, session, options, notes), broken.promise]);
    notes.asserted();
  });
