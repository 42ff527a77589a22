import { landscapeJsonSchema } from '../../infra/landscape/json-schema.ts';
import { exitCodes } from './exit.ts';
import type { Run } from './program.ts';

/** `forvarsel schema`: the JSON Schema of a landscape, so that an editor helps while YAML or JSON is written. */
export const schema: Run = async (voice) => {
  voice.out(JSON.stringify(landscapeJsonSchema(), null, 2));
  return exitCodes.fine;
};
