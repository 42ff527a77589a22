import type { Declared } from './program.ts';

const data = { flags: '--data <dir>', about: 'data' } as const;
const url = { flags: '--url <address>', about: 'url' } as const;

/** Every command of the house. */
export const commands: readonly Declared[] = [
  {
    name: 'start',
    args: [],
    options: [
      { flags: '--estate <path>', about: 'estate' },
      { flags: '--listen <address>', about: 'listen', preset: '127.0.0.1:9640' },
      data,
      { flags: '--story <name>', about: 'story', preset: 'all' },
      { flags: '--seed <n>', about: 'seed', preset: '1' },
      { flags: '--past <days>', about: 'past', preset: '30' },
    ],
    facts: false,
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'agent',
    args: ['<path>'],
    options: [
      { flags: '--vantage <site>', about: 'agentVantage' },
      { flags: '--listen <address>', about: 'agentListen', preset: '127.0.0.1:9641' },
      data,
      { flags: '--token-file <file>', about: 'tokenFile' },
      { flags: '--tls-cert <file>', about: 'tlsCert' },
      { flags: '--tls-key <file>', about: 'tlsKey' },
      { flags: '--client-ca <file>', about: 'clientCa' },
    ],
    facts: false,
    load: async () => (await import('./agent.ts')).agent,
  },
  {
    name: 'exporter',
    args: [],
    options: [
      { flags: '--config.file <file>', about: 'modules', preset: 'blackbox.yml' },
      { flags: '--config.check', about: 'modulesCheck' },
      { flags: '--listen <address>', about: 'exporterListen', preset: '127.0.0.1:9115' },
      { flags: '--probe-allow <places...>', about: 'probeAllow' },
      { flags: '--probe-rate <n>', about: 'probeRate', preset: '10' },
      { flags: '--timeout-offset <seconds>', about: 'timeoutOffset', preset: '0.5' },
      { flags: '--history.limit <n>', about: 'historyLimit', preset: '100' },
      { flags: '--web.config.file <file>', about: 'webConfig' },
    ],
    facts: false,
    load: async () => (await import('./exporter.ts')).exporter,
  },
  {
    name: 'validate',
    args: ['<path>'],
    options: [],
    facts: true,
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'probe',
    args: ['<path>', '<check>'],
    options: [{ flags: '--vantage <site>', about: 'vantage' }],
    facts: true,
    load: async () => (await import('./probe.ts')).probe,
  },
  {
    name: 'status',
    args: [],
    options: [{ flags: '--at <time>', about: 'at' }, data, url],
    facts: true,
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'explain',
    args: ['<node>'],
    options: [{ flags: '--site <site>', about: 'site' }, { flags: '--at <time>', about: 'at' }, data, url],
    facts: true,
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'plan',
    args: ['<path>'],
    options: [],
    facts: true,
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'generate',
    args: ['<path>'],
    options: [
      { flags: '--out <dir>', about: 'out' },
      { flags: '--only <kinds...>', about: 'only' },
      { flags: '--check', about: 'check' },
      { flags: '--profile <name>', about: 'profile', preset: 'native' },
      { flags: '--window <duration>', about: 'importWindow', preset: '30d' },
      { flags: '--year <n>', about: 'year' },
      { flags: '--force', about: 'force' },
    ],
    facts: true,
    load: async () => (await import('./generate.ts')).generate,
  },
  {
    name: 'import',
    args: ['<file>'],
    options: [
      { flags: '--out <file>', about: 'importOut' },
      { flags: '--window <duration>', about: 'importWindow', preset: '30d' },
      { flags: '--force', about: 'importForce' },
    ],
    facts: true,
    load: async () => (await import('./import.ts')).imported,
  },
  {
    name: 'schema',
    args: [],
    options: [],
    facts: false,
    load: async () => (await import('./schema.ts')).schema,
  },
];
