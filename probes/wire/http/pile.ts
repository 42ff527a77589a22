import type { Room } from '../../observation.ts';

/** Bytes that come in pieces, put together in one place that grows by doubling: many small pieces cost no more than few. */
export type Pile = {
  readonly add: (bytes: Buffer) => void;
  /** What has come so far; the piece is only true until the next `add`. */
  readonly all: () => Buffer;
  readonly size: () => number;
};

/** `most` is what will never be exceeded: nothing beyond it is reserved. `room` is where its memory is taken from. */
type Bounds = { readonly most?: number; readonly room?: Room | undefined };

export const createPile = ({ most = Number.POSITIVE_INFINITY, room }: Bounds = {}): Pile => {
  let place = Buffer.alloc(0);
  let size = 0;
  return {
    add: (bytes) => {
      if (size + bytes.length > place.length) {
        const wide = Math.max(Math.min(2 * place.length, most), size + bytes.length);
        // Until it is copied there are both.
        room?.take(wide);
        const wider = Buffer.allocUnsafe(wide);
        place.copy(wider, 0, 0, size);
        room?.give(place.length);
        place = wider;
      }
      bytes.copy(place, size);
      size += bytes.length;
    },
    all: () => place.subarray(0, size),
    size: () => size,
  };
};
