import { ProbeFailure } from '../failure.ts';
import { type Bounds, codingsOf, decoded } from './coding.ts';
import { factsOf } from './facts.ts';
import { type Head, ReadHead, valueIn } from './head.ts';
import { createHearing } from './hearing.ts';
import { open } from './open.ts';
import { loginOf } from './proxy.ts';
import { createReader } from './reader.ts';
import type { Answer, At, HttpRequest } from './request.ts';
import { preparedOf, writtenAs } from './sent.ts';

/** An answer before its body is decoded. */
type Heard = { readonly head: Head; readonly body: Buffer; readonly received: number };
type OnHead = (head: Head) => void;

const ask = async (request: HttpRequest, at: At, limit: number, onHead: OnHead): Promise<Heard> => {
  const prepared = preparedOf(request);
  const reader = createReader({
    method: request.method,
    limit,
    whole: request.whole ?? true,
    room: at.context.room,
    onHead,
  });
  const hearing = createHearing(reader, at.notes);
  at.notes.say(`> ${request.method} ${prepared.place}`);
  const { socket, version, absolute } = await open(request, at, hearing);
  at.notes.enter('processing');
  if (version === '2') return await (await import('./second.ts')).ask(socket, request, { ...at, limit, onHead });
  socket.write(absolute ? writtenAs(request, loginOf(request.proxy?.url)) : prepared.text);
  await hearing.answered;
  at.notes.leave();
  socket.destroy();
  const head = reader.head();
  if (head === null) throw new Error('an answer without a head');
  return { head, body: reader.body(), received: reader.received() };
};

/** The body as it is meant; a promise only where there is something to undo. */
const plainOf = ({ decode = 'said' }: HttpRequest, { head, body }: Heard, bounds: Bounds): Promise<Buffer> | Buffer => {
  if (decode === 'none' || body.length === 0) return body;
  const said = valueIn(head.fields, 'content-encoding');
  if (decode === 'said') return said === undefined ? body : decoded(body, codingsOf(said), bounds);
  return decoded(body, [decode], bounds);
};

class ReadAnswer extends ReadHead implements Answer {
  readonly url: URL;
  readonly body: Buffer;
  readonly received: number;
  readonly tls: boolean;
  constructor(url: URL, { status, version, fields }: Head, body: Buffer, received: number) {
    super(status, version, fields);
    this.url = url;
    this.body = body;
    this.received = received;
    this.tls = url.protocol === 'https:';
  }
  get cookies(): readonly string[] {
    return this.fields.flatMap(([name, value]) => (name === 'set-cookie' ? [value] : []));
  }
}

/**
 * One request over one new connection, and the whole answer; no redirect is followed and no status judged (`follow.ts`
 * follows, `jar.ts` keeps cookies, `request.ts` has the types). Phases, address, certificate, `facts.http` and the lines
 * of the transcript (neither headers nor body of the request) are noted, and the depth `protocol` is reached with the
 * head of an answer. Throws a ProbeFailure. `limit` is the bytes of the body, before and after decoding.
 */
export const exchange = async (request: HttpRequest, at: At, limit: number): Promise<Answer> => {
  const { notes } = at;
  let seen: Head | null = null;
  const onHead = (head: Head): void => {
    seen = head;
    notes.reach('protocol');
    let lines = `< ${head.status}`;
    for (const [name, value] of head.fields) lines += `\n< ${name}: ${value}`;
    notes.say(lines);
    notes.fact('http', factsOf(request, head, 0));
  };
  try {
    const heard = await ask(request, at, limit, onHead);
    const { head, received } = heard;
    const plain = plainOf(request, heard, { limit, room: at.context.room });
    const body = plain instanceof Promise ? await plain : plain;
    notes.fact('http', factsOf(request, head, received === heard.body.length ? body.length : received));
    return new ReadAnswer(request.url, head, body, received);
  } catch (error) {
    // So much of it there was at least.
    if (seen !== null && error instanceof ProbeFailure && error.reason === 'answer-too-large')
      notes.fact('http', factsOf(request, seen, limit));
    throw error;
  }
};
