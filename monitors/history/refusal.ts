import { HistoryError, type HistoryErrorCode } from './history.ts';

/** SQLite's result codes. The ones that only say "not this time" keep the history usable. */
const primary: Readonly<Record<number, HistoryErrorCode>> = {
  5: 'busy',
  6: 'busy',
  11: 'corrupt',
  13: 'full',
  26: 'corrupt',
};
/** A write that got nowhere (778) and a file that could not grow (4874) are what a size limit or a quota looks like. */
const extended: Readonly<Record<number, HistoryErrorCode>> = { 778: 'full', 4874: 'full' };
const system: Readonly<Record<string, HistoryErrorCode>> = { ENOSPC: 'full', EDQUOT: 'full', EFBIG: 'full' };

const what: Readonly<Record<HistoryErrorCode, string>> = {
  full: 'the disk takes no more: make room, nothing that was acknowledged is lost',
  corrupt: 'the file is damaged and is left as it is: move it away and restore a copy',
  foreign: 'the file is not ours and is left as it is',
  busy: 'somebody else has the history open: stop that first',
  closed: 'the history is closed',
  failed: 'the history could not do this',
};

/** What an error means, with what to do about it. */
export const wordsOf = (error: unknown): { readonly code: HistoryErrorCode; readonly message: string } => {
  const told = error instanceof Error ? error.message : String(error);
  const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  const name = error instanceof Error && 'code' in error ? String(error.code) : '';
  // A blob of ours that cannot be read back is damage, however SQLite feels about the page it lies on.
  const broken = error instanceof RangeError ? 'corrupt' : undefined;
  const code = extended[number] ?? primary[number & 255] ?? system[name] ?? broken ?? 'failed';
  return { code, message: `${what[code]} (${told})` };
};

/** Runs the work; whatever it throws comes out as a HistoryError with the path in it. */
export const refuse = <Of>(path: string, work: () => Of): Of => {
  try {
    return work();
  } catch (error) {
    if (error instanceof HistoryError) throw error;
    const { code, message } = wordsOf(error);
    throw new HistoryError(code, `${path}: ${message}`, { cause: error });
  }
};
