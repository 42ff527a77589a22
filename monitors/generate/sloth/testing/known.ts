/** Where our rules are not those that Sloth writes, exactly so far, and why. A test holds the list to what it sees. */
export const knownDifferences: Readonly<Record<string, string>> = {
  'sloth_slo_info sloth_version v0.16.0, not dev':
    'The version whose names these are. The binary that is built from its module knows none of its own.',
  'sloth_slo_info sloth_spec forvarsel/v1, not prometheus/v1': 'A promise was read from a landscape.',
  'ForvarselFastBurn alert ForvarselFastBurn, not one of two':
    'A spec has one name for both alerts; ours have the names of the native profile, so that one route fits both.',
  'ForvarselSlowBurn alert ForvarselSlowBurn, not one of two': 'The same.',
};

/** Specs that one of the two refuses and the other does not, and why. */
export const knownRefusals: Readonly<Record<string, string>> = {
  'a query that is no PromQL': 'Sloth parses it. We leave that to the engine, and to promtool before it.',
  'a plugin there is not':
    'A plugin is a Go program. None is run here: its objective is left out, and told as such (infra/import/reasons.ts).',
};
