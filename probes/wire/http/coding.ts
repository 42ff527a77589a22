import { PassThrough, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { excerpt } from '../../discretion/redact.ts';
import type { Room } from '../../observation.ts';
import { ProbeFailure } from '../failure.ts';
import { createPile } from './pile.ts';

/** `deflate` is zlib's form (RFC 9110 §8.4.1.2); some have always sent the bare one. */
const inflateEither = (bytes: Buffer): Transform => {
  const zlib = bytes.length >= 2 && (bytes.readUInt8(0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return zlib ? createInflate() : createInflateRaw();
};

const decoders = {
  gzip: () => createGunzip(),
  br: () => createBrotliDecompress(),
  deflate: inflateEither,
  zstd: () => createZstdDecompress(),
  identity: () => new PassThrough(),
} satisfies Readonly<Record<string, (bytes: Buffer) => Transform>>;
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

/** How large a decoded body may be, and where the memory for it is taken from. */
export type Bounds = { readonly limit: number; readonly room?: Room | undefined };

/** Piece by piece: what is too much is known before all of it is there. */
const undone = (coding: Coding, bytes: Buffer, { limit, room }: Bounds): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const stream = decoders[coding](bytes);
    const pile = createPile({ most: limit, room });
    const fail = (error: unknown): void => {
      stream.destroy();
      reject(error);
    };
    stream.on('data', (piece: Buffer) => {
      try {
        if (pile.size() + piece.length > limit)
          throw new ProbeFailure('answer-too-large', `expected a decoded body of at most ${limit} bytes, got more`);
        pile.add(piece);
      } catch (error) {
        fail(error);
      }
    });
    stream.on('error', fail).on('end', () => resolve(pile.all()));
    stream.end(bytes);
  });

/** A body without its codings. The limit holds after each of them too, so a bomb costs no more than a page. */
export const decoded = async (body: Buffer, applied: readonly Coding[], bounds: Bounds): Promise<Buffer> => {
  let plain = body;
  for (const coding of applied.toReversed())
    try {
      if (plain.length > 0) plain = await undone(coding, plain, bounds);
    } catch (error) {
      if (error instanceof ProbeFailure) throw error;
      // Every other is one of zlib, Brotli or Zstandard, about the bytes.
      const got = error instanceof Error ? error.message : String(error);
      throw new ProbeFailure(
        'protocol-error',
        `expected content encoded as ${coding}, got other bytes (${got})`,
        error,
      );
    }
  return plain;
};
