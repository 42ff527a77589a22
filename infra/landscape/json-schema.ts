import { z } from 'zod';
import { landscapeSchema } from './schema.ts';

/** JSON Schema (2020-12) of what is written in JSON and YAML, for editors. */
export const landscapeJsonSchema = (): object =>
  z.toJSONSchema(landscapeSchema, {
    io: 'input',
    unrepresentable: 'any',
    // A RegExp object exists in TypeScript only; a text is the same there.
    override: ({ jsonSchema }) => {
      const choices = jsonSchema.anyOf;
      if (choices === undefined) return;
      const known = choices.filter((choice) => Object.keys(choice).length > 0);
      if (known.length < choices.length) jsonSchema.anyOf = known;
    },
  });
