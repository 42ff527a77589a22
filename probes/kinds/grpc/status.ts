import type { Reason } from '../../observation.ts';

/** By number, https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const names = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
type StatusName = (typeof names)[number];

export const statusNumber = (name: StatusName): number => names.indexOf(name);
export const statusName = (status: number): string => names[status] ?? 'a status without a name';

const reasons: Partial<Record<StatusName, Reason>> = {
  UNAUTHENTICATED: 'login-refused',
  PERMISSION_DENIED: 'login-refused',
};
export const reasonOf = (status: number): Reason => reasons[names[status] ?? 'OK'] ?? 'unexpected-status';

/** What an HTTP answer that is none of gRPC's means to a client, http-grpc-status-mapping of the same documents. */
const byHttp: Readonly<Record<number, StatusName>> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};
export const statusOfHttp = (http: number): number => statusNumber(byHttp[http] ?? 'UNKNOWN');

/** What the end of a stream by an HTTP/2 error means, of the same documents; any other is INTERNAL. */
const byReset: Readonly<Record<number, StatusName>> = {
  7: 'UNAVAILABLE',
  8: 'CANCELLED',
  11: 'RESOURCE_EXHAUSTED',
  12: 'PERMISSION_DENIED',
};
export const statusOfReset = (code: number): number => statusNumber(byReset[code] ?? 'INTERNAL');
