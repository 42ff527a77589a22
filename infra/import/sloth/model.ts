export type Labels = Readonly<Record<string, string>>;
export type SlothAlert = { readonly name: string; readonly labels: Labels; readonly annotations: Labels };

/** What Sloth's rules call the kind of file an objective was read from. */
export type SlothSpec = 'prometheus/v1' | 'sloth.slok.dev/v1' | 'forvarsel/v1';

/**
 * An objective in Sloth's words: all that its rules are made of. It comes from a file of Sloth's own or from a promise
 * of a landscape. In a query `{{window}}` stands for the range.
 */
export type SlothSlo = {
  readonly spec: SlothSpec;
  readonly service: string;
  readonly name: string;
  /** Percent. */
  readonly objective: number;
  readonly windowMs: number;
  readonly sli:
    | { readonly kind: 'events'; readonly error: string; readonly total: string }
    | { readonly kind: 'raw'; readonly errorRatio: string };
  readonly labels: Labels;
  /** Null where it is switched off. */
  readonly page: SlothAlert | null;
  readonly ticket: SlothAlert | null;
};

export const slothIdOf = ({ service, name }: Pick<SlothSlo, 'service' | 'name'>): string => `${service}-${name}`;
