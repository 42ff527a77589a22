import type { DicomOptions } from '../../../infra/landscape/kinds/dicom.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { exchange } from '../../wire/http/exchange.ts';
import type { Answer, At } from '../../wire/http/request.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { noStudy } from './dimse.ts';
import { judgeCount, judgeMatch, type Query } from './query.ts';

/** QIDO-RS, PS3.18 §10.6: the query of studies over HTTP. */

const answerLimit = 1024 * 1024;

const urlOf = (target: string, { patient, limit }: Query): URL => {
  const base = target.endsWith('/') ? target : `${target}/`;
  if (!/^https?:/i.test(base) || !URL.canParse('studies', base))
    throw new ProbeFailure('could-not-run', 'expected a URL as target, such as https://pacs.example/dicom-web');
  const url = new URL('studies', base);
  if (patient === null) url.searchParams.set('StudyInstanceUID', noStudy);
  else url.searchParams.set('PatientID', patient);
  url.searchParams.set('limit', String(limit));
  return url;
};

const authorizationOf = (aim: Aim, { web }: DicomOptions, url: URL): Readonly<Record<string, string>> => {
  const login = web?.login;
  if (login === undefined) return {};
  if (url.protocol === 'http:' && web?.allowPlain !== true)
    throw new ProbeFailure('could-not-run', 'expected https for a login, or allowPlain: true');
  if ('bearer' in login) return { authorization: `Bearer ${secretOf(aim, login.bearer)}` };
  const pair = `${wordOf(aim, login.user)}:${secretOf(aim, login.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
};

type Tag = { readonly Value?: readonly unknown[] };
/** A study of the DICOM JSON model (PS3.18 annex F): tags by their eight digits. */
const patientIn = (study: unknown): string | null => {
  if (typeof study !== 'object' || study === null)
    throw new ProbeFailure('protocol-error', 'expected studies as JSON objects, got something else');
  // Anything may stand there; it is only compared.
  const value = (study as Readonly<Record<string, Tag | undefined>>)['00100020']?.Value?.[0];
  return typeof value === 'string' ? value : null;
};

const studiesIn = ({ status, headers, body }: Answer): readonly unknown[] => {
  if (status === 204) return [];
  if (status === 401 || status === 403)
    throw new ProbeFailure('login-refused', `expected status 200 or 204, got ${status}`);
  if (status !== 200) throw new ProbeFailure('unexpected-status', `expected status 200 or 204, got ${status}`);
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:dicom\+json|json)\b/i.test(type))
    throw new ProbeFailure('protocol-error', 'expected an answer of application/dicom+json, got another type');
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    if (Array.isArray(read)) return read;
  } catch {
    // Said below: the text itself may be a patient's.
  }
  throw new ProbeFailure('protocol-error', 'expected a list of studies as JSON, got something else');
};

/** The transcript has the address that is asked; whom it asks for stays out of it. */
const discreet = ({ context, notes }: At, { patient }: Query): At => {
  if (patient === null) return { context, notes };
  const forms = [patient, encodeURIComponent(patient), new URLSearchParams({ x: patient }).toString().slice(2)];
  const hide = (line: string): string => forms.reduce((text, form) => text.replaceAll(form, '***'), line);
  return { context, notes: { ...notes, say: (line) => notes.say(hide(line)) } };
};

export const askWeb = async (aim: Aim, options: DicomOptions, query: Query | null, at: At): Promise<void> => {
  const { context, notes } = at;
  if (query === null) throw new ProbeFailure('could-not-run', 'expected a query beside `web`, got none');
  const { serverName = null, trusted = true, client } = options;
  const url = urlOf(aim.target, query);
  const request = {
    url,
    method: 'GET',
    headers: { accept: 'application/dicom+json', ...authorizationOf(aim, options, url) },
    body: null,
    serverName,
    trusted,
    ...(client === undefined
      ? {}
      : { client: { cert: secretOf(aim, client.certificate), key: secretOf(aim, client.key) } }),
  };
  const began = context.now();
  notes.step('find');
  const answer = await exchange(request, discreet(at, query), answerLimit);
  const studies = studiesIn(answer);
  // An archive may give fewer than asked for; that it gives more is its own affair, but each must be the right one's.
  for (const study of studies) judgeMatch(query, patientIn(study));
  judgeCount(query, studies.length);
  notes.reach('transaction');
  notes.signal('find', (context.now() - began) / 1000);
  notes.signal('matches', studies.length);
};
