/** Reads a message from its beginning; `short` makes the failure when more is read than there is. */
export const cursorOf = (bytes: Buffer, short: () => Error) => {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw short();
    at += length;
    return bytes.subarray(at - length, at);
  };
  const cursor = {
    take,
    left: (): number => bytes.length - at,
    rest: (): Buffer => take(bytes.length - at),
    u8: (): number => take(1).readUInt8(),
    u16: (): number => take(2).readUInt16BE(),
    u32: (): number => take(4).readUInt32BE(),
    u64: (): bigint => take(8).readBigUInt64BE(),
  };
  return cursor;
};
export type Cursor = ReturnType<typeof cursorOf>;
