import type { Socket } from 'node:net';
import type { DicomOptions } from '../../../infra/landscape/kinds/dicom.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Aim, Probe, ProbeContext } from '../../observation.ts';
import { endpointOf } from '../../wire/dial.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { openStream } from '../../wire/stream.ts';
import { type Asked, type Association, associate } from './association.ts';
import {
  cancelRequest,
  echoRequest,
  elementIn,
  findRequest,
  operations,
  studyQuery,
  studyRootFind,
  textIn,
  verification,
} from './dimse.ts';
import type { Wish } from './pdu.ts';
import { judgeCount, judgeMatch, type Query, queryOf } from './query.ts';
import { askWeb } from './web.ts';
import { statusText } from './words.ts';

const echoing: Wish = { id: 1, name: 'Verification', syntax: verification };
const finding: Wish = { id: 3, name: 'Study Root FIND', syntax: studyRootFind };
const echoId = 1;
const findId = 2;

type Ground = { readonly association: Association; readonly notes: Notes; readonly now: () => number };

/** Runs a step and keeps how long it took, once it has succeeded. */
const timed = async <T>(name: string, { notes, now }: Pick<Ground, 'notes' | 'now'>, step: () => Promise<T>) => {
  const began = now();
  notes.step(name);
  const result = await step();
  notes.signal(name, (now() - began) / 1000);
  return result;
};

const echo = async ({ association, notes }: Ground): Promise<void> => {
  const asked: Asked = { context: echoing.id, id: echoId, operation: operations.echo, name: 'C-ECHO' };
  notes.say('> C-ECHO-RQ');
  association.send(asked.context, echoRequest(asked.id));
  const { answer } = await association.answer(asked);
  notes.say(`< C-ECHO-RSP ${statusText(answer.status)}`);
  if (answer.status === 0) return;
  const comment = answer.comment === '' ? '' : ` "${excerpt(answer.comment, 64)}"`;
  throw new ProbeFailure('rejected', `expected status 0000 of C-ECHO, got ${statusText(answer.status)}${comment}`);
};

const pending = (status: number): boolean => status === 0xff00 || status === 0xff01;
const cancelled = 0xfe00;

const find = async ({ association, notes }: Ground, query: Query): Promise<void> => {
  const asked: Asked = { context: finding.id, id: findId, operation: operations.find, name: 'C-FIND' };
  notes.say(`> C-FIND-RQ STUDY of ${query.patient === null ? 'a study that cannot exist' : 'the agreed test patient'}`);
  association.send(asked.context, findRequest(asked.id), studyQuery(query.patient));
  let matches = 0;
  let hasCancelled = false;
  for (;;) {
    const { answer, data } = await association.answer(asked);
    if (!pending(answer.status)) {
      notes.say(`< C-FIND-RSP ${statusText(answer.status)} after ${matches} matches`);
      if (answer.status !== 0 && !(answer.status === cancelled && hasCancelled))
        throw new ProbeFailure('query-failed', `expected status 0000 of C-FIND, got ${statusText(answer.status)}`);
      break;
    }
    judgeMatch(query, textIn(elementIn(data, 0x0010, 0x0020)));
    matches += 1;
    if (matches < query.limit || hasCancelled) continue;
    notes.say(`> C-CANCEL-RQ after ${matches} matches`);
    association.send(asked.context, cancelRequest(asked.id));
    hasCancelled = true;
  }
  judgeCount(query, matches);
  notes.reach('transaction');
  notes.signal('matches', matches);
};

const converse = async (
  socket: Socket,
  { calling, called }: DicomOptions,
  query: Query | null,
  { notes, now }: Pick<Ground, 'notes' | 'now'>,
): Promise<void> => {
  const wishes = query === null ? [echoing] : [echoing, finding];
  notes.enter('processing');
  const titles = { calling, called };
  const association = await timed('association', { notes, now }, () => associate(socket, { titles, wishes }, notes));
  const ground = { association, notes, now };
  await timed('echo', ground, () => echo(ground));
  if (query !== null) await timed('find', ground, () => find(ground, query));
  notes.step('release');
  await association.release();
};

const ask = async (aim: Aim, context: ProbeContext, notes: Notes): Promise<void> => {
  const options = optionsOf(aim.check, 'dicom');
  const query = queryOf(aim, options);
  if (options.web !== undefined) return await askWeb(aim, options, query, { context, notes });
  const endpoint = endpointOf(aim.target);
  const socket = await openStream(endpoint, { ...options, tls: options.tls === true }, { aim, context, notes });
  await converse(socket, options, query, { notes, now: context.now });
};

/**
 * DICOM: an association is asked for, an echo, and where declared a query; then it is released. The association is a
 * session, for the peer has said whom it talks to; the echo proves the service behind it and nothing deeper; a query that
 * ends is a transaction. With `web` the query goes over HTTP (QIDO-RS).
 */
export const dicom: Probe = (aim, context) => measure(aim, context, (notes) => ask(aim, context, notes));
