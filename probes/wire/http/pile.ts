/** Bytes that come in pieces, put together in one place that grows by doubling: many small pieces cost no more than few. */
export type Pile = {
  readonly add: (bytes: Buffer) => void;
  /** What has come so far; the piece is only true until the next `add`. */
  readonly all: () => Buffer;
  readonly size: () => number;
};

export const createPile = (): Pile => {
  let place = Buffer.alloc(0);
  let size = 0;
  return {
    add: (bytes) => {
      if (size + bytes.length > place.length) {
        const wider = Buffer.allocUnsafe(Math.max(2 * place.length, size + bytes.length));
        place.copy(wider, 0, 0, size);
        place = wider;
      }
      bytes.copy(place, size);
      size += bytes.length;
    },
    all: () => place.subarray(0, size),
    size: () => size,
  };
};
