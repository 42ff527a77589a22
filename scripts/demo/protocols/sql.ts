/** The client's side of PostgreSQL's simple query: startup and one statement in one go, for `exchange`. */
const text = (value: string) => Buffer.from(`${value}\0`);

const startup = (user: string): Buffer => {
  const body = Buffer.concat([text('user'), text(user), text('database'), text(user), Buffer.from([0])]);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196608, 4);
  return Buffer.concat([head, body]);
};

export const asks = (user: string, sql: string): Buffer => {
  const body = text(sql);
  const head = Buffer.from([0x51, 0, 0, 0, 0]);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([startup(user), head, body]);
};

/** The columns of a DataRow as text; null is NULL. */
const columnsOf = (body: Buffer): readonly (string | null)[] => {
  const columns: (string | null)[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    at += 4;
    columns.push(length < 0 ? null : body.subarray(at, at + length).toString());
    at += Math.max(0, length);
  }
  return columns;
};

/** The `M` field of an ErrorResponse. */
const reasonOf = (body: Buffer): string =>
  body
    .toString()
    .split('\0')
    .find((field) => field.startsWith('M'))
    ?.slice(1) ?? 'refused without a reason';

/** Reads until the second ReadyForQuery: the rows of the statement; an ErrorResponse is thrown with its words. */
export const rows = (seen: Buffer): readonly (readonly (string | null)[])[] | null => {
  const found: (readonly (string | null)[])[] = [];
  let readies = 0;
  for (let at = 0; at + 5 <= seen.length; ) {
    const end = at + 1 + seen.readInt32BE(at + 1);
    if (end > seen.length) return null;
    const type = seen[at];
    const body = seen.subarray(at + 5, end);
    if (type === 0x45) throw new Error(reasonOf(body));
    if (type === 0x44) found.push(columnsOf(body));
    if (type === 0x5a) readies += 1;
    if (readies === 2) return found;
    at = end;
  }
  return null;
};
