import type { Socket } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';

/** PostgreSQL's frontend/backend protocol 3.0, simple query part, in front of a real SQL store. */
export type PostgresOptions = {
  readonly store: DatabaseSync;
  /** Throws what the node cannot do now (a full disk, a standby); the client gets it as an ErrorResponse. */
  readonly beforeQuery: (sql: string) => void;
};

const sslRequest = 80877103;
const gssRequest = 80877104;
const protocol3 = 196608;
const longestMessage = 1024 * 1024;

const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255]);
const int32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};
const text = (value: string) => Buffer.from(`${value}\0`);
const ready = () => message('Z', Buffer.from('I'));
const failure = (code: string, reason: string) =>
  message('E', text(`SERROR`), text(`VERROR`), text(`C${code}`), text(`M${reason}`), Buffer.from([0]));

/** Answers of one statement: RowDescription, DataRows and CommandComplete; every value is sent as text. */
const answer = (store: DatabaseSync, sql: string): Buffer => {
  const statement = store.prepare(sql);
  const columns = statement.columns().map(({ name }) => name);
  if (columns.length === 0) {
    const { changes } = statement.run();
    return message(
      'C',
      text(/^\s*insert/i.test(sql) ? `INSERT 0 ${changes}` : `${sql.trim().split(/\s/)[0]?.toUpperCase()} ${changes}`),
    );
  }
  const rows = statement.all();
  const description = columns.map((name) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]),
  );
  const data = rows.map((row) =>
    message(
      'D',
      int16(columns.length),
      ...columns.map((name) => {
        const value = row[name];
        if (value === null || value === undefined) return int32(-1);
        const bytes = Buffer.from(String(value));
        return Buffer.concat([int32(bytes.length), bytes]);
      }),
    ),
  );
  return Buffer.concat([
    message('T', int16(columns.length), ...description),
    ...data,
    message('C', text(`SELECT ${rows.length}`)),
  ]);
};

/** The store's own words for a full disk, as PostgreSQL says it. */
const reasonOf = (error: unknown): string => {
  const reason = error instanceof Error ? error.message : String(error);
  return reason === 'database or disk is full'
    ? 'could not extend file "base/16384/16397": No space left on device'
    : reason;
};

/** A connection handler; the same store may be served at several addresses. */
export const postgres =
  ({ store, beforeQuery }: PostgresOptions) =>
  (socket: Socket): void => {
    let buffer = Buffer.alloc(0);
    let started = false;
    const query = (sql: string) => {
      try {
        beforeQuery(sql);
        socket.write(Buffer.concat([answer(store, sql), ready()]));
      } catch (error) {
        const reason = reasonOf(error);
        socket.write(
          Buffer.concat([failure(reason.startsWith('could not extend') ? '53100' : '42601', reason), ready()]),
        );
      }
    };
    const startup = (packet: Buffer): void => {
      const code = packet.readInt32BE(4);
      if (code === sslRequest || code === gssRequest) socket.write('N');
      else if (code === protocol3) {
        started = true;
        const parameters = [
          ['server_version', '15.18'],
          ['client_encoding', 'UTF8'],
          ['standard_conforming_strings', 'on'],
        ];
        socket.write(
          Buffer.concat([
            message('R', int32(0)),
            ...parameters.map(([key = '', value = '']) => message('S', text(key), text(value))),
            message('K', int32(1), int32(1)),
            ready(),
          ]),
        );
      } else socket.end(failure('08P01', `unsupported frontend protocol ${code >> 16}.${code & 65535}`));
    };
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (buffer.length < head + 4) return;
        const length = buffer.readInt32BE(head) + head;
        if (length < 4 || length > longestMessage) return void socket.destroy();
        if (buffer.length < length) return;
        const packet = buffer.subarray(0, length);
        buffer = buffer.subarray(length);
        if (!started) {
          if (packet.length < 8) return void socket.destroy();
          startup(packet);
        } else if (packet[0] === 0x51) query(packet.subarray(5, -1).toString());
        else if (packet[0] === 0x58) return void socket.end();
        else socket.write(Buffer.concat([failure('0A000', 'only the simple query protocol is served'), ready()]));
      }
    });
  };
