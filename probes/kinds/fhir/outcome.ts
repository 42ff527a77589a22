import { ProbeFailure } from '../../wire/failure.ts';
import type { Answer } from '../../wire/http/request.ts';
import { isObject, jsonOf } from '../../wire/json.ts';

/** The issue types of FHIR R4 and R5: the only words of an outcome that are repeated. What it tells beside may be data. */
const codes = new Set(
  `invalid structure required value invariant security login unknown expired forbidden suppressed processing
  not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
  conflict limited-filter transient lock-error no-store exception timeout incomplete throttled informational success`.split(
    /\s+/,
  ),
);
const wrong = new Set(['fatal', 'error']);

type Issue = { readonly severity: string; readonly code: string };
const issueOf = (value: unknown): Issue => {
  const issue = isObject(value) ? value : {};
  const code = String(issue['code']);
  return { severity: String(issue['severity']), code: codes.has(code) ? code : 'a code FHIR has not' };
};
const issuesIn = (value: unknown): readonly Issue[] =>
  isObject(value) && value['resourceType'] === 'OperationOutcome' && Array.isArray(value['issue'])
    ? value['issue'].slice(0, 50).map(issueOf)
    : [];

/** What went wrong by an OperationOutcome, or by those among the entries of a Bundle; null when nothing did. */
export const complaintIn = (value: unknown): string | null => {
  const entries = isObject(value) && Array.isArray(value['entry']) ? value['entry'].slice(0, 50) : [];
  const resources = entries.map((entry) => (isObject(entry) ? entry['resource'] : null));
  const issue = [value, ...resources].flatMap(issuesIn).find(({ severity }) => wrong.has(severity));
  return issue === undefined ? null : `OperationOutcome ${issue.severity} ${issue.code}`;
};

const complaintOf = ({ body }: Answer): string => {
  try {
    const complaint = complaintIn(jsonOf(body, () => ''));
    return complaint === null ? '' : ` with ${complaint}`;
  } catch {
    return '';
  }
};

/** The status of an answer of the API: 401 after a fresh token says that the token is of no use there. */
export const holdStatus = (answer: Answer, what: string, withToken: boolean): void => {
  const { status } = answer;
  if (status === 200) return;
  const got = `got status ${status}${complaintOf(answer)}`;
  if (status === 401 && withToken)
    throw new ProbeFailure('token-invalid', `expected ${what} by the token it was given a moment ago, ${got}`);
  if (status === 401 || status === 403) throw new ProbeFailure('login-refused', `expected ${what}, ${got}`);
  throw new ProbeFailure('unexpected-status', `expected status 200 with ${what}, ${got}`);
};

/** A resource of a type; an outcome that tells of an error is one, whatever the status says. */
export const resourceIn = (value: unknown, type: string): Readonly<Record<string, unknown>> => {
  const complaint = complaintIn(value);
  if (complaint !== null)
    throw new ProbeFailure('query-failed', `expected a ${type}, got ${complaint} with status 200`);
  if (isObject(value) && value['resourceType'] === type) return value;
  const got = isObject(value) ? value['resourceType'] : null;
  // A resource type is a word of FHIR; anything else may be anything.
  const known = typeof got === 'string' && /^[A-Z][A-Za-z]{2,40}$/.test(got) ? got : 'something else';
  throw new ProbeFailure('unexpected-answer', `expected a ${type}, got ${known}`);
};
