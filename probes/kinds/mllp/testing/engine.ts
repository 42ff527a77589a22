import type { Socket } from 'node:net';
import { gather } from '../../../../scripts/demo/protocols/lines.ts';

/** What a peer of a test got: the message as text, and its fields by segment. */
export type Asked = { readonly text: string; readonly msh: readonly string[]; readonly control: string };

export const framed = (text: string): string => `\x0b${text}\x1c\r`;
/** An acknowledgement as engines write it; `more` are further segments. */
export const ack = (code: string, control: string, more: readonly string[] = [], said = ''): string =>
  framed(
    [`MSH|^~\\&|ENGINE|REGION|FORVARSEL||20260801120000||ACK|R${'1'}|P|2.5`, `MSA|${code}|${control}|${said}`, ...more]
      .map((line) => `${line}\r`)
      .join(''),
  );

/** Answers every framed message with what the test says, byte for byte. */
export const engine =
  (reply: (asked: Asked, socket: Socket) => void) =>
  (socket: Socket): void =>
    gather(socket, (buffer) => {
      const end = buffer.indexOf('\x1c\r');
      if (end < 0) return 0;
      const text = buffer.subarray(buffer.indexOf(0x0b) + 1, end).toString('latin1');
      const msh = text.split('\r')[0]?.split('|') ?? [];
      reply({ text, msh, control: msh[9] ?? '' }, socket);
      return end + 2;
    });
