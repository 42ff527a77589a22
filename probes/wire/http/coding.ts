import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { excerpt } from '../../discretion/redact.ts';
import { ProbeFailure } from '../failure.ts';

type Decoder = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

/** `deflate` is zlib's form (RFC 9110 §8.4.1.2); some have always sent the bare one. */
const inflateEither: Decoder = (bytes, options) => {
  const zlib = bytes.length >= 2 && (bytes.readUInt8(0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return promisify(zlib ? inflate : inflateRaw)(bytes, options);
};

const decoders = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  deflate: inflateEither,
  zstd: promisify(zstdDecompress),
  identity: async (bytes) => bytes,
} satisfies Readonly<Record<string, Decoder>>;
export type Coding = keyof typeof decoders;

export const codings: readonly string[] = Object.keys(decoders);
const isCoding = (name: string): name is Coding => Object.hasOwn(decoders, name);
/** More than anyone applies. */
const mostCodings = 3;

/** The codings a `content-encoding` names, in the order in which they were applied. */
export const codingsOf = (said: string): readonly Coding[] => {
  const names = said
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-(?=gzip$)/, ''))
    .filter((name) => name !== '');
  if (names.length <= mostCodings && names.every(isCoding)) return names;
  throw new ProbeFailure(
    'protocol-error',
    `expected content encoded as ${codings.join(', ')}, got "${excerpt(said, 100)}"`,
  );
};

/** A body without its codings. The limit holds after each of them too, so a bomb costs no more than a page. */
export const decoded = async (body: Buffer, applied: readonly Coding[], limit: number): Promise<Buffer> => {
  let plain = body;
  for (const coding of applied.toReversed())
    try {
      if (plain.length > 0) plain = await decoders[coding](plain, { maxOutputLength: Math.max(1, limit) });
    } catch (error) {
      // The code is Node's; every other is one of zlib, Brotli or Zstandard, about the bytes.
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
        throw new ProbeFailure(
          'answer-too-large',
          `expected a decoded body of at most ${limit} bytes, got more`,
          error,
        );
      const got = error instanceof Error ? error.message : String(error);
      throw new ProbeFailure(
        'protocol-error',
        `expected content encoded as ${coding}, got other bytes (${got})`,
        error,
      );
    }
  return plain;
};
