import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Peer, peerFolder, programAt, startPeer } from '../../../testing/peer.ts';

/** BIND and unbound as peers: an authority for some zones, and a resolver that verifies them. */

export type Running = { readonly port: number; readonly stop: () => Promise<void> };
const folder = (name: string): { readonly path: string; readonly remove: () => void } => {
  const made = peerFolder(name);
  // Both give up being root.
  chmodSync(made.path, 0o777);
  return made;
};
const running = (port: number, peer: Peer, remove: () => void): Running => ({
  port,
  stop: async () => {
    await peer.stop();
    remove();
  },
});

/** Signs a zone with a key of its own; gives the key as a record. */
const signed = (path: string, zone: string): string => {
  const run = (program: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(programAt(program) ?? program, args, { cwd: path, encoding: 'utf8' });
    if (status !== 0) throw new Error(`expected ${program} to work: ${stderr}`);
  };
  run('dnssec-keygen', '-q', '-a', 'ECDSAP256SHA256', '-f', 'KSK', zone);
  run('dnssec-signzone', '-q', '-S', '-z', '-o', zone, '-f', `${zone}.zone`, `${zone}.zone`);
  const key = readdirSync(path).find((file) => file.startsWith(`K${zone}.`) && file.endsWith('.key')) ?? '';
  return (
    readFileSync(join(path, key), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(zone)) ?? ''
  );
};

/** `zones` by name; those of `sign` are signed, and their keys are given. */
export const startNamed = async (
  zones: Readonly<Record<string, string>>,
  sign: readonly string[] = [],
): Promise<Running & { readonly keys: Readonly<Record<string, string>> }> => {
  const { path, remove } = folder('named');
  const port = await freePort();
  for (const [name, text] of Object.entries(zones)) if (text !== '') writeFileSync(join(path, `${name}.zone`), text);
  const keys = Object.fromEntries(sign.map((zone) => [zone, signed(path, zone)]));
  const declared = Object.keys(zones).map((name) => `zone "${name}" { type primary; file "${path}/${name}.zone"; };`);
  writeFileSync(
    join(path, 'named.conf'),
    `options { directory "${path}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; recursion no; allow-query { 127.0.0.1; }; session-keyfile "${path}/key"; managed-keys-directory "${path}"; dnssec-validation no; };
controls { };
${declared.join('\n')}
`,
  );
  const peer = await startPeer({
    program: 'named',
    args: ['-g', '-c', join(path, 'named.conf')],
    // It accepts before it has read its zones.
    ready: (said) => said.includes('all zones loaded') && said.includes(' running'),
  });
  return { ...running(port, peer, remove), keys };
};

/** `own` are lines of the section `server`, `more` whole sections. */
export const startUnbound = async (
  own: readonly string[],
  {
    tls = null,
    more = [],
  }: { readonly tls?: { readonly cert: string; readonly key: string } | null; readonly more?: readonly string[] },
): Promise<Running> => {
  const { path, remove } = folder('unbound');
  const port = await freePort();
  if (tls !== null) {
    writeFileSync(join(path, 'cert.pem'), tls.cert);
    writeFileSync(join(path, 'key.pem'), tls.key);
  }
  const secret = [`tls-port: ${port}`, `tls-service-key: "${path}/key.pem"`, `tls-service-pem: "${path}/cert.pem"`];
  const lines = [
    ...[`interface: 127.0.0.1@${port}`, 'username: ""', 'chroot: ""', `directory: "${path}"`, `pidfile: "${path}/pid"`],
    ...['use-syslog: no', 'do-daemonize: no', 'access-control: 127.0.0.0/8 allow', 'do-not-query-localhost: no'],
    ...(tls === null ? [] : secret),
    ...own,
  ];
  const sections = ['server:', ...lines.map((line) => `  ${line}`), ...more, 'remote-control:', '  control-enable: no'];
  writeFileSync(join(path, 'unbound.conf'), `${sections.join('\n')}\n`);
  const peer = await startPeer({ program: 'unbound', args: ['-d', '-c', join(path, 'unbound.conf')], ready: port });
  return running(port, peer, remove);
};
