import type { Socket } from 'node:net';
import { excerpt } from '../../discretion/redact.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import type { Notes } from '../../wire/measure.ts';
import { type Answer, answerIn, answerTo } from './dimse.ts';
import {
  type Acceptance,
  abortRequest,
  acceptanceIn,
  associateRequest,
  dataOf,
  fragmentsIn,
  implicitLittleEndian,
  type Pdu,
  pduTypes,
  releaseReply,
  releaseRequest,
  type Titles,
  type Wish,
} from './pdu.ts';
import { listen, type Next } from './stream.ts';
import { abortedByApplication, abortText, contextText, pduText, rejectionText } from './words.ts';

/** Everything a peer may send in one run, and in one message of it. */
const answerLimit = 1024 * 1024;
const messageLimit = 256 * 1024;
/** Room for the head of a data value and something of a message. */
const leastMaximum = 64;

export type Message = { readonly answer: Answer; readonly data: Buffer };
export type Asked = {
  readonly context: number;
  readonly id: number;
  readonly operation: number;
  readonly name: string;
};
export type Association = {
  readonly send: (context: number, command: Buffer, data?: Buffer) => void;
  /** The next answer to this message. */
  readonly answer: (asked: Asked) => Promise<Message>;
  readonly release: () => Promise<void>;
};

/** An application that aborts will not, and some say so in no other way; a provider that aborts could not go on. */
const unlike = (wanted: string, { type, body }: Pdu): ProbeFailure =>
  type === pduTypes.abort
    ? new ProbeFailure(
        abortedByApplication(body) ? 'rejected' : 'closed-early',
        `expected ${wanted}, got A-ABORT ${abortText(body)}`,
      )
    : new ProbeFailure('protocol-error', `expected ${wanted}, got ${pduText(type)}`);

const agreed = (wishes: readonly Wish[], { results }: Acceptance): void => {
  for (const { id, name } of wishes) {
    const context = results.get(id);
    if (context === undefined)
      throw new ProbeFailure('protocol-error', `expected a word on the presentation context ${name}, got none`);
    if (context.result !== 0)
      throw new ProbeFailure(
        'rejected',
        `expected the presentation context ${name} to be accepted, got ${contextText(context.result)}`,
      );
    if (context.syntax !== implicitLittleEndian)
      throw new ProbeFailure(
        'protocol-error',
        `expected the transfer syntax that was offered for ${name}, got ${excerpt(context.syntax, 64) || 'none'}`,
      );
  }
};

/** Everything that belongs to one message, however it was cut up. */
const assemble = async (next: Next, wanted: string, context: number): Promise<Message> => {
  let command: Buffer[] = [];
  const data: Buffer[] = [];
  let answer: Answer | null = null;
  let size = 0;
  for (;;) {
    const pdu = await next(wanted);
    if (pdu.type !== pduTypes.data) throw unlike(wanted, pdu);
    let done = false;
    for (const fragment of fragmentsIn(pdu.body)) {
      if (done || fragment.context !== context || fragment.command !== (answer === null))
        throw new ProbeFailure('protocol-error', `expected ${wanted}, got parts of messages out of order`);
      size += fragment.bytes.length;
      if (size > messageLimit)
        throw new ProbeFailure('answer-too-large', `expected a message of at most ${messageLimit} bytes, got more`);
      (answer === null ? command : data).push(fragment.bytes);
      // Parts may be empty and many: what is kept is bounded by its bytes and by the bytes of a run.
      if (!fragment.last) continue;
      if (answer === null) {
        answer = answerIn(Buffer.concat(command));
        command = [];
        done = !answer.hasData;
      } else done = true;
    }
    if (done && answer !== null) return { answer, data: Buffer.concat(data) };
  }
};

const answered = async (next: Next, asked: Asked, notes: Notes): Promise<Message> => {
  const wanted = `an answer to ${asked.name}`;
  const message = await assemble(next, wanted, asked.context);
  const { operation, to } = message.answer;
  if (operation !== answerTo(asked.operation))
    throw new ProbeFailure(
      'unexpected-answer',
      `expected ${wanted}, got command 0x${operation.toString(16).padStart(4, '0')}`,
    );
  if (to !== asked.id)
    throw new ProbeFailure('mismatched-answer', `expected an answer to message ${asked.id}, got one to ${to}`);
  notes.reach('session');
  return message;
};

const released = async (socket: Socket, next: Next, notes: Notes): Promise<void> => {
  for (;;) {
    const pdu = await next('A-RELEASE-RP').catch((error: unknown) => {
      // The association is over either way; many peers hang up instead of saying so.
      if (error instanceof ProbeFailure && error.reason === 'closed-early') return null;
      throw error;
    });
    notes.say(pdu === null ? '< closed without A-RELEASE-RP' : `< ${pduText(pdu.type)}`);
    if (pdu === null || pdu.type === pduTypes.releaseReply) return;
    if (pdu.type !== pduTypes.releaseRequest) throw unlike('A-RELEASE-RP', pdu);
    // Both sides asked at the same time: we answer, and our own answer still comes.
    socket.write(releaseReply);
  }
};

/** Asks for an association; it is aborted when the attempt ends before it was released. */
export const associate = async (
  socket: Socket,
  { titles, wishes }: { readonly titles: Titles; readonly wishes: readonly Wish[] },
  notes: Notes,
): Promise<Association> => {
  const next = listen(socket, answerLimit, notes);
  let open = true;
  notes.hold(() => {
    if (open && socket.writable) socket.write(abortRequest);
  });
  const close = (): void => {
    open = false;
  };
  notes.say(`> A-ASSOCIATE-RQ ${titles.calling} to ${titles.called}: ${wishes.map(({ name }) => name).join(', ')}`);
  socket.write(associateRequest(titles, wishes));
  const reply = await next('A-ASSOCIATE-AC');
  if (reply.type === pduTypes.associateReject) {
    close();
    notes.reach('protocol');
    const wanted = `expected ${titles.called} to take an association of ${titles.calling}`;
    throw new ProbeFailure('rejected', `${wanted}, got a rejection (${rejectionText(reply.body)})`);
  }
  if (reply.type === pduTypes.abort) close();
  if (reply.type !== pduTypes.associateAccept) throw unlike('A-ASSOCIATE-AC', reply);
  const acceptance = acceptanceIn(reply.body);
  notes.reach('protocol');
  notes.say(
    `< A-ASSOCIATE-AC, PDUs of at most ${acceptance.maximum} bytes, ${excerpt(acceptance.version, 16) || 'no version'}`,
  );
  agreed(wishes, acceptance);
  if (acceptance.maximum !== 0 && acceptance.maximum < leastMaximum)
    throw new ProbeFailure(
      'protocol-error',
      `expected to send PDUs of at least ${leastMaximum} bytes, got a limit of ${acceptance.maximum}`,
    );
  notes.reach('session');
  return {
    send: (context, command, data) => {
      const parts = [
        ...dataOf(context, command, true, acceptance.maximum),
        ...(data === undefined ? [] : dataOf(context, data, false, acceptance.maximum)),
      ];
      socket.write(Buffer.concat(parts));
    },
    answer: (asked) => answered(next, asked, notes),
    release: async () => {
      notes.say('> A-RELEASE-RQ');
      socket.write(releaseRequest);
      await released(socket, next, notes);
      close();
    },
  };
};
