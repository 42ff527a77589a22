import { spawnSync } from 'node:child_process';
import { checkOf } from '../../../testing/servers.ts';
import { icmp } from '../icmp.ts';

/** One run in whatever network this process stands in; what it saw, as JSON. */
const [target = '', packets = '10', maxLoss = '', muteAfter = ''] = process.argv.slice(2);
// In the middle of the run this network stops giving echoes: what is sent from then on is lost.
if (muteAfter !== '')
  setTimeout(() => spawnSync('sysctl', ['-qw', 'net.ipv4.icmp_echo_ignore_all=1']), Number(muteAfter));
const options = { packets: Number(packets), ...(maxLoss === '' ? {} : { maxLoss: Number(maxLoss) }) };
const check = checkOf('icmp', options, { timeoutMs: 2500, depth: 'transport' });
const context = {
  signal: AbortSignal.timeout(2500),
  source: null,
  trust: [],
  resolve: async (host: string) => [host],
  now: () => performance.now(),
};
console.log(JSON.stringify(await icmp({ check, target }, context)));
