import type { Secret } from '../../../infra/landscape/model.ts';
import { secretKey } from '../../observation.ts';

/** A text that may be secret: as the module file has it, or in a file of its own that is read for each run. */
export type Held = { readonly value: string } | { readonly file: string; readonly asItIs?: boolean };

/** Keeps texts out of options, which may be shown: there stands only a key. */
export const createKeys = () => {
  const held: Record<string, Held> = {};
  let count = 0;
  const keep = (one: Held): Secret => {
    count += 1;
    const secret = { env: `MODULE_${count}` };
    held[secretKey(secret)] = one;
    return secret;
  };
  return {
    held,
    inline: (value: string): Secret => keep({ value }),
    file: (file: string): Secret => keep({ file }),
    /** With the white space around it. */
    fileAsItIs: (file: string): Secret => keep({ file, asItIs: true }),
    /** What is written, else what is in the file; null for neither. */
    either: (value: string, file: string): Secret | null =>
      value !== '' ? keep({ value }) : file !== '' ? keep({ file }) : null,
  };
};
export type Keys = ReturnType<typeof createKeys>;
