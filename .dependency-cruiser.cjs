const test = '\\.(test|case)\\.ts$|/testing/|/testdata/';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const onlyDown = (room, ...above) =>
  rule(
    `${room.replaceAll('/', '-')}-looks-down`,
    `Imports point one way; ${room} knows nothing of ${above.join(', ')}.`,
    { path: `^${room}/`, pathNot: test },
    { path: above.map((name) => `^${name}/`) },
  );

/** The house's import rules, each with its reason. */
module.exports = {
  forbidden: [
    rule(
      'no-circles',
      'A circle cannot be read from any end.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'the-vocabulary-stands-alone',
      'What is imported becomes a landscape; a landscape knows nothing of where it came from.',
      { path: '^infra/landscape/', pathNot: test },
      { path: '^infra/import/' },
    ),
    onlyDown('infra/import', 'probes', 'monitors', 'runbooks', 'scripts', 'stacks'),
    rule(
      'importing-is-pure',
      'A file is read where it is asked for; what becomes of its text touches nothing.',
      { path: '^infra/import/', pathNot: test },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'only-sloth-reads-what-is-imported',
      'Judging knows landscapes alone. The rules of Sloth are made of its own objectives, from a spec or a promise.',
      { path: '^monitors/', pathNot: `^monitors/generate/sloth/|${test}` },
      { path: '^infra/import/' },
    ),
    onlyDown('infra/landscape', 'probes', 'monitors', 'runbooks', 'scripts', 'stacks'),
    onlyDown('probes', 'monitors', 'runbooks', 'scripts', 'stacks'),
    onlyDown('monitors', 'runbooks', 'scripts', 'stacks'),
    rule(
      'declarations-are-loaded-by-path',
      'An estate may live elsewhere; nothing is built on one.',
      { pathNot: `^stacks/|${test}` },
      { path: '^stacks/' },
    ),
    rule(
      'the-wire-knows-no-kind',
      'What several kinds stand on must not stand on one of them.',
      { path: '^probes/(wire|discretion)/', pathNot: test },
      { path: '^probes/kinds' },
    ),
    rule(
      'a-kind-stands-alone',
      'A kind can be read, changed and removed without the others; what two of them need is in probes/wire.',
      { path: '^probes/kinds/([^/]+)/', pathNot: test },
      { path: '^probes/kinds/', pathNot: '^probes/kinds/$1/' },
    ),
    rule(
      'the-clinician-is-independent',
      'The ground truth must not be derived from what it judges.',
      { path: '^scripts/demo/(clinician|estate|network|stories|systems|protocols)', pathNot: test },
      { path: '^(infra|probes|monitors|stacks)/' },
    ),
    rule(
      'prom-client-at-the-edge',
      'Metrics are made where they are served, each on its own registry.',
      { pathNot: `^(probes|monitors)/exporter\\.ts$|^scripts/bench/|${test}` },
      { path: 'node_modules/prom-client' },
    ),
    rule(
      'sqlite-in-history',
      'One room owns the database file.',
      { pathNot: `^monitors/history/|^scripts/(demo|bench)/|${test}` },
      { path: '^(node:)?sqlite$' },
    ),
    rule(
      'judging-is-pure',
      'A recorded day can be replayed only when judging touches nothing.',
      { path: '^monitors/', pathNot: `^monitors/(history/|exporter\\.ts)|${test}` },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'the-vocabulary-is-pure',
      'Only the readers touch files.',
      { path: '^infra/landscape/', pathNot: `^infra/landscape/(read|positions|hash)|${test}` },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'probes-touch-no-files',
      'A probe measures the network; targets are read in one edge file.',
      { path: '^probes/', pathNot: `^probes/(targets|workers|kinds/icmp/ping)|${test}` },
      { path: '^(node:)?(fs|fs/promises|child_process)$' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
