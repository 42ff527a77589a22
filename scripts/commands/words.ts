import type { Language, Text } from '../../infra/landscape/model.ts';

/** What the command line says of itself, in both languages. */
export const words = {
  about: {
    en: 'Forvarsel: operations find and solve a problem before anyone’s work is hit by it.',
    da: 'Forvarsel: driften finder og løser et problem, før nogens arbejde rammes af det.',
  },
  commands: {
    validate: {
      en: 'all findings of a landscape (TypeScript, JSON or YAML)',
      da: 'alle fund i et landskab (TypeScript, JSON eller YAML)',
    },
    start: {
      en: 'watch an estate and serve the console; without --estate, a living demo',
      da: 'overvåg et landskab og vis konsollen; uden --estate en levende demo',
    },
    agent: {
      en: 'probe from one vantage, at the vantage, for a hub that collects',
      da: 'mål fra ét målepunkt, på stedet, til et nav, der henter',
    },
    exporter: {
      en: 'probe for Prometheus by the module file of a blackbox_exporter',
      da: 'mål for Prometheus efter modulfilen fra en blackbox_exporter',
    },
    probe: { en: 'run one check once, now', da: 'kør ét tjek én gang, nu' },
    status: {
      en: 'workflows, solutions, margins, warnings and alerts',
      da: 'arbejdsgange, løsninger, marginer, varsler og alarmer',
    },
    explain: {
      en: 'why a node is in its state, and what would break it next',
      da: 'hvorfor noget er i sin tilstand, og hvad der ville bryde det',
    },
    plan: { en: 'who is probed, from where, how often', da: 'hvem der måles, hvorfra og hvor ofte' },
    generate: {
      en: 'what other engines run on: rules, routes, dashboards, pages',
      da: 'hvad andre motorer kører på: regler, ruter, tavler, sider',
    },
    import: {
      en: 'promises from a file of OpenSLO v1, Sloth v1 or Pyrra',
      da: 'løfter fra en fil af OpenSLO v1, Sloth v1 eller Pyrra',
    },
    schema: { en: 'the JSON Schema of a landscape, for editors', da: 'JSON Schema for et landskab, til editorer' },
    help: { en: 'show this help, or that of a command', da: 'vis denne hjælp, eller en kommandos' },
  },
  arguments: {
    path: { en: 'a landscape file, or a folder that holds one', da: 'en landskabsfil eller en mappe med en' },
    check: { en: 'a check, for example epj/front', da: 'et tjek, for eksempel epj/front' },
    file: { en: 'a file of objectives, YAML or JSON', da: 'en fil med mål, YAML eller JSON' },
    node: { en: 'a node, for example epj', da: 'en knude, for eksempel epj' },
  } as Readonly<Record<string, Text>>,
  /** What stands between < and > where it is not the same in both languages. */
  placeholders: {
    path: 'sti',
    check: 'tjek',
    node: 'knude',
    address: 'adresse',
    dir: 'mappe',
    name: 'navn',
    n: 'tal',
    days: 'dage',
    time: 'tid',
    site: 'sted',
    file: 'fil',
    seconds: 'sekunder',
    duration: 'varighed',
    places: 'steder',
    kinds: 'arter',
  } as Readonly<Record<string, string>>,
  options: {
    help: { en: 'show this help', da: 'vis denne hjælp' },
    version: { en: 'show the version', da: 'vis versionen' },
    lang: { en: 'language of what is said', da: 'sproget, der tales' },
    format: { en: 'text for people, json for programs', da: 'text til mennesker, json til programmer' },
    estate: { en: 'the landscape to watch (default: the demo)', da: 'landskabet, der overvåges (ellers demoen)' },
    listen: { en: 'where the console listens; loopback only', da: 'hvor konsollen lytter; kun loopback' },
    data: { en: 'the folder that remembers', da: 'mappen, der husker' },
    story: { en: 'a story of the demo, all or none', da: 'en af demoens historier, all eller none' },
    seed: { en: 'what the demo’s chance grows from', da: 'hvad demoens tilfældighed gror af' },
    past: { en: 'days of simulated history of the demo', da: 'demoens dage med simuleret historik' },
    at: { en: 'a time, for example 2026-03-01T03:10', da: 'et tidspunkt, for eksempel 2026-03-01T03:10' },
    url: { en: 'a running console', da: 'en kørende konsol' },
    vantage: { en: 'probe from this vantage (default: the first)', da: 'mål fra dette målepunkt (ellers det første)' },
    agentVantage: { en: 'the vantage this agent stands at', da: 'målepunktet, agenten står ved' },
    agentListen: {
      en: 'where the hub fetches; beyond loopback only with TLS',
      da: 'hvor navet henter; uden for loopback kun med TLS',
    },
    tokenFile: {
      en: 'a file with the token of the hub (or FORVARSEL_AGENT_TOKEN)',
      da: 'en fil med navets token (eller FORVARSEL_AGENT_TOKEN)',
    },
    tlsCert: { en: 'the agent’s certificate, PEM', da: 'agentens certifikat, PEM' },
    tlsKey: { en: 'its key, PEM', da: 'dets nøgle, PEM' },
    clientCa: { en: 'only clients with a certificate of this authority', da: 'kun klienter med certifikat fra denne' },
    modules: { en: 'the module file, as blackbox_exporter has it', da: 'modulfilen, som blackbox_exporter har den' },
    modulesCheck: { en: 'read the module file, say all errors, and end', da: 'læs modulfilen, sig alle fejl, og slut' },
    exporterListen: {
      en: 'where Prometheus asks; beyond loopback only with TLS and a login',
      da: 'hvor Prometheus spørger; uden for loopback kun med TLS og login',
    },
    probeAllow: {
      en: 'what may be probed: networks, names and globs, each with :port or without',
      da: 'hvad der må måles: net, navne og mønstre, hver med :port eller uden',
    },
    probeRate: { en: 'probes a second that one host and port bears', da: 'målinger i sekundet, en vært og port tåler' },
    timeoutOffset: {
      en: 'seconds a scrape needs beside the probe',
      da: 'sekunder, en skrabning bruger ud over målingen',
    },
    historyLimit: {
      en: 'runs that are remembered, and failures beyond them',
      da: 'målinger, der huskes, og fejl ud over dem',
    },
    webConfig: {
      en: 'TLS and logins, as the exporter toolkit of Prometheus has them',
      da: 'TLS og login, som Prometheus’ exporter toolkit har dem',
    },
    out: { en: 'the folder that is written', da: 'mappen, der skrives' },
    only: { en: 'only these kinds of files', da: 'kun disse arter af filer' },
    check: {
      en: 'write nothing; say how the folder differs, code 1 when it does',
      da: 'skriv intet; sig, hvordan mappen afviger, kode 1, når den gør',
    },
    profile: {
      en: 'names of the rules: native, or those of sloth',
      da: 'reglernes navne: native, eller dem fra sloth',
    },
    year: {
      en: 'the year that calendars are written out from (default: this one)',
      da: 'året, kalendere skrives ud fra (ellers dette)',
    },
    importOut: { en: 'the file that is written (default: shown)', da: 'filen, der skrives (ellers vises den)' },
    importWindow: { en: 'the window of objectives that name none', da: 'vinduet for mål, der intet nævner' },
    importForce: { en: 'overwrite the file', da: 'overskriv filen' },
    force: { en: 'overwrite what was edited by hand', da: 'overskriv, hvad der er rettet i hånden' },
    site: { en: 'as seen from this site of use alone', da: 'som set fra dette brugssted alene' },
  },
  titles: {
    'Usage:': { en: 'Usage:', da: 'Brug:' },
    'Options:': { en: 'Options:', da: 'Valg:' },
    'Commands:': { en: 'Commands:', da: 'Kommandoer:' },
    'Arguments:': { en: 'Arguments:', da: 'Argumenter:' },
  } as Readonly<Record<string, Text>>,
  usage: {
    options: { en: '[options]', da: '[valg]' },
    command: { en: '[command]', da: '[kommando]' },
    choices: { en: 'choices', da: 'ét af' },
    preset: { en: 'default', da: 'ellers' },
  },
  exit: {
    en: 'Exit codes: 0 fine, 1 something is wrong with what was watched, 2 bad input or usage,\n3 could not reach, 4 refused as unsafe, 70 our own fault.',
    da: 'Afslutningskoder: 0 alt vel, 1 noget er galt med det overvågede, 2 forkert input eller brug,\n3 kunne ikke nås, 4 afvist som usikkert, 70 vores egen fejl.',
  },
  complaints: {
    'commander.unknownCommand': 'ukendt kommando: %s',
    'commander.unknownOption': 'ukendt valg: %s',
    'commander.missingArgument': 'argumentet %s mangler',
    'commander.excessArguments': 'for mange argumenter til %s',
    'commander.invalidArgument': 'ugyldig værdi til %s',
    'commander.optionMissingArgument': 'valget %s mangler en værdi',
  } as Readonly<Record<string, string>>,
  meant: { en: '(did you mean %s?)', da: '(mente du %s?)' },
  allowed: { en: '(choose one of %s)', da: '(vælg ét af %s)' },
  tryHelp: { en: 'Try: forvarsel help', da: 'Prøv: forvarsel help' },
  fault: { en: 'this is our own fault, not yours:', da: 'det er vores egen fejl, ikke din:' },
} as const;

/** `<path>` as the reader's language calls it. */
export const placed = (flags: string, language: Language): string =>
  language === 'en'
    ? flags
    : flags.replaceAll(/<([a-z]+)(\.{3})?>/g, (whole, word: string, more = '') =>
        words.placeholders[word] === undefined ? whole : `<${words.placeholders[word]}${more}>`,
      );
