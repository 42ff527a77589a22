import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exitCodes } from './exit.ts';
import { languageOf } from './language.ts';
import { type Declared, runCommand } from './program.ts';
import { commands } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'forvarsel-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileWith = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const broken = fileWith('broken.yaml', 'authority: {title: X\nsites: [\n');
const throwing = fileWith('throwing.ts', "throw new Error('boom');\n");
const modules = fileWith('modules.yml', 'modules: {web: {prober: http}, ping: {prober: icmp}}\n');
const badModules = fileWith('bad-modules.yml', 'modules:\n  web:\n    prober: http\n    timeout: 5\n    htp: {}\n');
const objectives = fileWith(
  'objectives.yml',
  `version: prometheus/v1
service: svc
slos: [{name: one, objective: 99, sli: {events: {error_query: 'e[{{.window}}]', total_query: 't[{{.window}}]'}}, alerting: {name: A}}]
`,
);
const badObjectives = fileWith(
  'bad-objectives.yml',
  'version: prometheus/v1\nservice: svc\nslos: [{objective: 101, name: "", sli: {}}, {name: two, sli: {}, objective: 9, alerting: {name: A}}]\n',
);
const importedTo = join(folder, 'imported.yaml');
const minimal = 'stacks/minimal';

/** One command line, in this process, with all it said. */
const run = async (argv: readonly string[], declared: readonly Declared[] = commands) => {
  const [out, err]: [string[], string[]] = [[], []];
  const world = { colour: false, language: languageOf(argv, {}), version: '1.2.3' };
  const code = await runCommand(declared, argv, {
    ...world,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
};

type Case = readonly [
  name: string,
  argv: readonly string[],
  expected: { readonly code: number; readonly out?: RegExp; readonly err?: RegExp },
];
const { fine, usage, unreachable } = exitCodes;
const nobody = ['--url', 'http://127.0.0.1:2'] as const;

/** What is not named must be empty: facts go to one place, complaints to the other. */
const cases: readonly Case[] = [
  ['nothing at all is a question', [], { code: usage, err: /Usage: forvarsel[\s\S]+Exit codes: 0 fine/ }],
  ['help', ['help'], { code: fine, out: /^Usage: forvarsel \[options\] \[command\][\s\S]+Exit codes/ }],
  [
    'hjælp',
    ['help', '--lang', 'da'],
    { code: fine, out: /^Brug: forvarsel \[valg\] \[kommando\][\s\S]+Afslutningskoder/ },
  ],
  ['hjælp med --lang=da', ['--help', '--lang=da'], { code: fine, out: /^Brug:/ }],
  ['help of one', ['help', 'probe'], { code: fine, out: /Usage: forvarsel probe \[options\] <path> <check>/ }],
  ['hjælp til en', ['probe', '-h', '--lang', 'da'], { code: fine, out: /Brug: forvarsel probe \[valg\] <sti> <tjek>/ }],
  ['help of nothing', ['help', 'frob'], { code: usage, err: /unknown command 'frob'\nTry: forvarsel help$/ }],
  ['the version', ['--version'], { code: fine, out: /^1\.2\.3$/ }],
  ['a wrong command', ['validat', 'x'], { code: usage, err: /unknown command 'validat' \(Did you mean validate\?\)/ }],
  [
    'en ukendt kommando',
    ['validat', '--lang', 'da'],
    { code: usage, err: /ukendt kommando: validat \(mente du validate\?\)/ },
  ],
  ['a missing argument', ['validate'], { code: usage, err: /missing required argument 'path'/ }],
  ['et argument mangler', ['probe', 'x', '--lang', 'da'], { code: usage, err: /argumentet tjek mangler\nPrøv:/ }],
  ['too many arguments', ['plan', 'a', 'b'], { code: usage, err: /too many arguments/ }],
  ['for mange argumenter', ['plan', 'a', 'b', '--lang', 'da'], { code: usage, err: /for mange argumenter til plan/ }],
  ['an unknown option', ['status', '--bogus'], { code: usage, err: /unknown option '--bogus'/ }],
  ['et ukendt valg', ['status', '--bogus', '--lang', 'da'], { code: usage, err: /ukendt valg: --bogus/ }],
  ['an option without its value', ['status', '--at'], { code: usage, err: /--at <time>.*argument missing/ }],
  [
    'et valg uden værdi',
    ['status', '--lang', 'da', '--at'],
    { code: usage, err: /valget --at <tid> mangler en værdi/ },
  ],
  ['a format there is not', ['status', '--format', 'xml'], { code: usage, err: /Allowed choices are text, json/ }],
  [
    'et format, der ikke er',
    ['status', '--format', 'xml', '--lang', 'da'],
    { code: usage, err: /ugyldig værdi til --format.*\(vælg ét af text, json\)/ },
  ],
  [
    'a complaint as JSON',
    ['frobnicate', '--format', 'json'],
    { code: usage, err: /^\{"error":\{"message":"unknown command 'frobnicate'","exitCode":2\}\}$/ },
  ],
  [
    'a path with nothing',
    ['validate', '/nowhere'],
    { code: usage, out: /^\/nowhere:1:1 error file-missing: .+\n\/nowhere: 1 error$/ },
  ],
  [
    'en sti uden noget',
    ['validate', '/nowhere', '--lang', 'da'],
    { code: usage, out: /fejl file-missing: Der er intet landskab på stien\./ },
  ],
  ['bad YAML', ['validate', broken], { code: usage, out: /broken\.yaml:2:1 error syntax[\s\S]+: 2 errors$/ }],
  ['bad YAML as JSON', ['validate', broken, '--format=json'], { code: usage, out: /"valid": false/ }],
  ['TypeScript that throws', ['validate', throwing], { code: usage, out: /module-failed: .+got boom/ }],
  ['a folder without a landscape', ['validate', folder], { code: usage, out: /file-missing/ }],
  [
    'a good landscape',
    ['validate', minimal],
    { code: fine, out: /: 3 sites, 5 components, 1 solution, 1 workflow, 6 checks; no findings$/ },
  ],
  [
    'et godt landskab',
    ['validate', minimal, '--lang', 'da'],
    { code: fine, out: /: 3 steder, 5 komponenter, 1 løsning, 1 arbejdsgang, 6 tjek; ingen fund$/ },
  ],
  [
    'warnings are no error',
    ['validate', 'stacks/region'],
    { code: fine, out: /designed-margin-one[\s\S]+; 2 warnings$/ },
  ],
  [
    'a plan',
    ['plan', minimal],
    { code: fine, out: /^check +kind[\s\S]+ward +0\.07\/s +1 stream\ntotal +0\.53\/s +13 streams$/ },
  ],
  [
    'en plan',
    ['plan', minimal, '--lang', 'da'],
    { code: fine, out: /^tjek +art[\s\S]+ward +0\.07\/s +1 strøm\ni alt +0\.53\/s +13 strømme$/ },
  ],
  [
    'a plan of nothing',
    ['plan', broken],
    { code: usage, err: /error syntax[\s\S]+2 errors; nothing was started or changed$/ },
  ],
  [
    'a plan of nothing as JSON',
    ['plan', broken, '--format', 'json'],
    { code: usage, err: /^\{"error":\{"message":"[^"]+: 2 errors; .+"findings":\[/ },
  ],
  [
    'a check there is not',
    ['probe', minimal, 'epj/fron'],
    { code: usage, err: /no check is called epj\/fron; did you mean epj\/front\?$/ },
  ],
  [
    'et tjek, der ikke er',
    ['probe', minimal, 'constructor', '--lang', 'da'],
    { code: usage, err: /intet tjek hedder constructor$/ },
  ],
  [
    'a vantage that does not probe it',
    ['probe', minimal, 'dns-1/answer', '--vantage', 'ward'],
    { code: usage, err: /not probed from ward; it is from north, south$/ },
  ],
  [
    'nobody answers',
    ['status', ...nobody],
    {
      code: unreachable,
      err: /127\.0\.0\.1:2 does not answer \(connect ECONNREFUSED .+\): .+ npm start, or .+ --data$/,
    },
  ],
  ['ingen svarer', ['status', ...nobody, '--lang', 'da'], { code: unreachable, err: /svarer ikke .+ med --data$/ }],
  [
    'nobody answers, as JSON',
    ['explain', 'epj', ...nobody, '--format', 'json'],
    { code: unreachable, err: /^\{"error":.+"exitCode":3\}\}$/ },
  ],
  ['an address that is none', ['status', '--url', 'junk'], { code: usage, err: /expected an address .+, got junk$/ }],
  ['a time that is none', ['status', '--at', 'soon'], { code: usage, err: /expected a time such as .+, got soon$/ }],
  [
    'et tidspunkt, der ikke er',
    ['status', '--at', 'snart', '--lang', 'da'],
    { code: usage, err: /forventede et tidspunkt .+ fik snart$/ },
  ],
  [
    'a folder that remembers nothing',
    ['status', '--data', folder],
    { code: unreachable, err: /holds no history\.sqlite$/ },
  ],
  [
    'en mappe, der intet husker',
    ['status', '--data', folder, '--lang', 'da'],
    { code: unreachable, err: /der er ingen history\.sqlite i / },
  ],
  [
    'an address others can reach',
    ['start', '--estate', minimal, '--data', join(folder, 'unsafe'), '--listen', '0.0.0.0:9640'],
    { code: exitCodes.unsafe, err: /loopback only/ },
  ],
  [
    'a module file',
    ['exporter', '--config.file', modules, '--config.check'],
    { code: fine, out: /modules\.yml: 2 modules; no errors$/ },
  ],
  [
    'en modulfil',
    ['exporter', '--config.file', modules, '--config.check', '--lang', 'da'],
    { code: fine, out: /modules\.yml: 2 moduler; ingen fejl$/ },
  ],
  [
    'a module file with errors, all of them',
    ['exporter', '--config.file', badModules],
    {
      code: usage,
      err: /bad-modules\.yml:4:14 modules\.web\.timeout: expected a duration.+\n.+:5:5 modules\.web\.htp: expected one of.+\n.+: 2 errors; nothing was started$/,
    },
  ],
  [
    'en modulfil, der ikke er der',
    ['exporter', '--config.file', '/nowhere.yml', '--lang', 'da'],
    { code: usage, err: /ENOENT[\s\S]+1 fejl; intet er startet$/ },
  ],
  [
    'an exporter that others can reach',
    ['exporter', '--config.file', modules, '--listen', '0.0.0.0:9115'],
    {
      code: exitCodes.unsafe,
      err: /can be reached by others: give --web\.config\.file .+ or listen on 127\.0\.0\.1:9115$/,
    },
  ],
  [
    'a place to probe that is none',
    ['exporter', '--config.file', modules, '--probe-allow', '10.0.0.0/33', '--probe-allow', 'epj.example'],
    { code: usage, err: /expected a network such as .+, got 10\.0\.0\.0\/33$/ },
  ],
  [
    'a rate that is none',
    ['exporter', '--config.file', modules, '--probe-rate', 'often'],
    { code: usage, err: /expected a number for --probe-rate, got often$/ },
  ],
  [
    'en rate, der ikke er',
    ['exporter', '--config.file', modules, '--probe-rate', 'ofte', '--lang', 'da'],
    { code: usage, err: /forventede et tal til --probe-rate, fik ofte$/ },
  ],
  [
    'promises from a file of another tool',
    ['import', objectives],
    {
      code: fine,
      out: /^# Imported by Forvarsel from .+\n(?:# .+ not said .+\n)+\nsolutions:\n {2}svc:[\s\S]+ {8}window: 30d\n/,
      err: /objectives\.yml:2:1 not said service: nothing says how critical[\s\S]+: promises: 1, solutions: 1, not said: \d+$/,
    },
  ],
  [
    'løfter fra en fil af et andet værktøj',
    ['import', objectives, '--lang', 'da', '--window', '90d'],
    { code: fine, out: /^# Importeret af Forvarsel[\s\S]+ {8}window: 90d\n/, err: /ikke sagt slos: .+ 90d er antaget/ },
  ],
  ['a file that is written', ['import', objectives, '--out', importedTo], { code: fine, err: /not said/ }],
  [
    'and not over another',
    ['import', objectives, '--out', importedTo],
    { code: exitCodes.unsafe, err: /imported\.yaml is there already; overwrite it with --force$/ },
  ],
  [
    'but where that was meant, as JSON',
    ['import', objectives, '--out', importedTo, '--force', '--format', 'json'],
    { code: fine, out: /"fragment": \{[\s\S]+"why": "/, err: /^\{"note":/ },
  ],
  [
    'a folder that cannot be written in',
    ['import', objectives, '--out', '/nowhere/x.yaml'],
    { code: usage, err: /\/nowhere\/x\.yaml cannot be written: ENOENT/ },
  ],
  [
    'objectives that are nowhere',
    ['import', '/nowhere.yml'],
    { code: usage, err: /nowhere\.yml cannot be read: ENOENT/ },
  ],
  [
    'objectives that are none',
    ['import', modules],
    { code: usage, err: /expected an objective of openslo\/v1.+\n.+1 error; nothing was started or changed$/ },
  ],
  [
    'mål, der er forkerte, alle sammen',
    ['import', badObjectives, '--lang', 'da'],
    {
      code: usage,
      err: /:3:20 fejl bad-value: .+\n.+:3:31 fejl bad-value: .+\n.+:3:57 fejl bad-value: .+got none.+\n.+3 fejl; intet er startet/,
    },
  ],
  [
    'a window that is none',
    ['import', objectives, '--window', 'month'],
    { code: usage, err: /expected a duration such as 30d for --window, got month$/ },
  ],
  [
    'rules of a spec of Sloth, in place of a landscape',
    ['generate', objectives, '--profile', 'sloth', '--out', join(folder, 'rules-of-sloth')],
    { code: fine, out: /^new +rules\/sloth\.rules\.yml\n.+: 1 files, 1 written or removed$/ },
  ],
  [
    'and the same again, over another period',
    [
      'generate',
      objectives,
      '--profile',
      'sloth',
      '--window',
      '28d',
      '--check',
      '--out',
      join(folder, 'rules-of-sloth'),
    ],
    { code: exitCodes.wrong, out: /^\+.+record: slo:sli_error:ratio_rate4w$/m },
  ],
  [
    'en spec, der er forkert',
    ['generate', badObjectives, '--profile', 'sloth', '--out', join(folder, 'none'), '--lang', 'da'],
    { code: usage, err: /fejl bad-value[\s\S]+3 fejl; intet er startet eller ændret$/ },
  ],
  [
    'a period that Sloth has no alerts for',
    ['generate', objectives, '--profile', 'sloth', '--window', '3d', '--out', join(folder, 'none')],
    { code: usage, err: /at least 7d for --window, got 3d$/ },
  ],
  [
    'a spec that asks for a program',
    ['generate', 'infra/import/testdata/sloth.yml', '--profile', 'sloth', '--out', join(folder, 'none')],
    {
      code: usage,
      err: /sloth\.yml:28:11 not said slos\.2\.sli\.plugin: .+\n.+ asks for plugins; nothing was written$/,
    },
  ],
  ['a story there is not', ['start', '--story', 'frob'], { code: usage, err: /no story is called frob/ }],
];

test.each(cases)('%s', async (_name, argv, expected) => {
  const { code, out, err } = await run(argv);
  expect(out).toMatch(expected.out ?? /^$/);
  expect(err).toMatch(expected.err ?? /^$/);
  expect(code).toBe(expected.code);
});

test('a fault of our own is said to be ours, with code 70, and as JSON where that was asked for', async () => {
  const faulty = commands.map(
    (one): Declared => ({ ...one, load: async () => async () => Promise.reject(new Error('a slip')) }),
  );
  const plain = await run(['status'], faulty);
  expect(plain.code).toBe(exitCodes.fault);
  expect(plain.err).toMatch(/our own fault, not yours: Error: a slip/);
  const { err } = await run(['status', '--format', 'json'], faulty);
  expect(JSON.parse(err)).toMatchObject({ error: { exitCode: 70 } });
});

test('every fact that was asked for as JSON is JSON', async () => {
  for (const argv of [
    ['validate', minimal],
    ['validate', broken],
    ['plan', minimal],
  ]) {
    const { out } = await run([...argv, '--format', 'json']);
    expect(JSON.parse(out)).toHaveProperty('file');
  }
});

test.each([
  [{ LANG: 'da_DK.UTF-8' }, 'da'],
  [{ LANG: 'da_DK.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LC_MESSAGES: 'da' }, 'da'],
  [{ LANG: 'dav_KE' }, 'en'],
  [{}, 'en'],
] as const)('the environment %j speaks %s', (env, language) => {
  expect(languageOf([], env)).toBe(language);
  expect(languageOf(['--lang', 'en'], env)).toBe('en');
});
