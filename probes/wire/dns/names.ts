import { domainToASCII } from 'node:url';
import { ProbeFailure } from '../failure.ts';

/** Names on the wire and as text (RFC 1035 §3.1, §5.1): every name ends with a dot, what is unusual is escaped. */

const longestLabel = 63;
const longestName = 255;
/** A name of 255 bytes has at most 127 labels; whoever points oftener leads us around. */
const mostPointers = 126;

const special = /[."'@;()\\ ]/;
export const escapedByte = (char: string): string => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`;
const labelText = (label: string): string =>
  label.replaceAll(/[."'@;()\\]|[^!-~]/g, (char) => (special.test(char) ? `\\${char}` : escapedByte(char)));

const broken = (why: string): ProbeFailure => new ProbeFailure('protocol-error', `expected a DNS name, got ${why}`);

/** The name at a place of a message, and where the message goes on behind it. */
export const readName = (message: Buffer, from: number): { readonly name: string; readonly next: number } => {
  const labels: string[] = [];
  let next: number | null = null;
  let [at, size, pointers] = [from, 1, 0];
  for (;;) {
    const length = message[at];
    if (length === undefined) throw broken('the end of the message');
    if (length >= 0xc0) {
      const low = message[at + 1];
      pointers += 1;
      if (low === undefined || pointers > mostPointers) throw broken('a pointer that leads nowhere');
      next ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      continue;
    }
    if (length > longestLabel) throw broken('a label of a form nobody knows');
    if (length === 0) return { name: labels.length === 0 ? '.' : `${labels.join('.')}.`, next: next ?? at + 1 };
    size += length + 1;
    if (size > longestName || at + 1 + length > message.length) throw broken('one that is too long');
    labels.push(labelText(message.toString('latin1', at + 1, at + 1 + length)));
    at += length + 1;
  }
};

const unescaped = (label: string): Buffer =>
  Buffer.from(
    label.replaceAll(/\\(?:(\d{3})|(.))/gs, (_, code?: string, char?: string) =>
      code === undefined ? (char ?? '') : String.fromCharCode(Number(code) & 0xff),
    ),
    'latin1',
  );

/** A name as people write it, with or without its last dot, on the wire. */
export const writeName = (name: string): Buffer => {
  const wrong = () => new ProbeFailure('could-not-run', `expected a DNS name, got ${name.slice(0, 100)}`);
  const ascii = /^[ -~]*$/.test(name) ? name : domainToASCII(name);
  if (ascii === '.') return Buffer.from([0]);
  const labels = ascii
    .replace(/(?<!\\)\.$/, '')
    .split(/(?<!\\)\./)
    .map(unescaped);
  if (labels.some(({ length }) => length === 0 || length > longestLabel)) throw wrong();
  const wire = Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.from([0])]);
  if (wire.length > longestName) throw wrong();
  return wire;
};
