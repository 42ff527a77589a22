import { ProbeFailure } from './failure.ts';

/** Deeper than any answer that is meant, and shallow enough for whoever walks it. */
const deepest = 200;

/** How deep brackets nest outside texts: looked at before parsing, so that nothing that recurses meets a tower. */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > deepest) return true;
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return false;
};

/** JSON of a peer, or what is there instead as `shown` has it. */
export const jsonOf = (body: Buffer, shown: () => string): unknown => {
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (isTooDeep(text))
    throw new ProbeFailure('protocol-error', `expected JSON of at most ${deepest} levels, got a deeper one`);
  try {
    return JSON.parse(text);
  } catch {
    throw new ProbeFailure('unexpected-answer', `expected JSON, got ${body.length === 0 ? 'nothing' : shown()}`);
  }
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A comma divides two values: no JSON has more of them than one more than it has commas. */
export const valuesIn = (body: Buffer): number => {
  let values = 1;
  for (let at = body.indexOf(0x2c); at >= 0; at = body.indexOf(0x2c, at + 1)) values += 1;
  return values;
};
