import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, peerFolder, startPeer } from '../../../testing/peer.ts';

export type Credentials = { readonly key: string; readonly cert: string };
export type Standing = { readonly port: number; readonly tlsPort: number; readonly stop: () => Promise<void> };

/** An empty directory; with TLS by StartTLS and at once, or without any. */
export const startSlapd = async (credentials: Credentials | null): Promise<Standing> => {
  const folder = peerFolder('slapd');
  const at = (name: string): string => join(folder.path, name);
  const [port, tlsPort] = [await freePort(), await freePort()];
  mkdirSync(at('data'));
  if (credentials !== null) {
    writeFileSync(at('key.pem'), credentials.key, { mode: 0o600 });
    writeFileSync(at('cert.pem'), credentials.cert);
  }
  writeFileSync(
    at('slapd.conf'),
    [
      'include /etc/ldap/schema/core.schema',
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      ...(credentials === null
        ? []
        : [`TLSCertificateFile ${at('cert.pem')}`, `TLSCertificateKeyFile ${at('key.pem')}`]),
      'database mdb',
      'suffix "dc=example"',
      `directory ${at('data')}`,
      '',
    ].join('\n'),
  );
  const urls = `ldap://127.0.0.1:${port}/${credentials === null ? '' : ` ldaps://127.0.0.1:${tlsPort}/`}`;
  const peer = await startPeer({
    program: 'slapd',
    args: ['-d', '0', '-f', at('slapd.conf'), '-h', urls],
    ready: port,
  });
  return { port, tlsPort, stop: () => peer.stop().finally(folder.remove) };
};

export const postgresPrograms = ['initdb', 'postgres'].map((name) => `/usr/lib/postgresql/15/bin/${name}`);
const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));

/** A database server; with TLS where it has a certificate. */
export const startPostgres = async (credentials: Credentials | null): Promise<Standing> => {
  const folder = peerFolder('pg');
  const [initdb = '', server = ''] = postgresPrograms;
  const as = { uid: idOf('-u'), gid: idOf('-g'), cwd: folder.path };
  const data = join(folder.path, 'data');
  const port = await freePort();
  chownSync(folder.path, as.uid, as.gid);
  execFileSync(initdb, ['-D', data, '-A', 'trust', '-N'], { ...as, stdio: 'ignore' });
  for (const [name, text] of [
    ['server.key', credentials?.key],
    ['server.crt', credentials?.cert],
  ] as const) {
    if (text === undefined) continue;
    writeFileSync(join(data, name), text, { mode: 0o600 });
    chownSync(join(data, name), as.uid, as.gid);
  }
  appendFileSync(
    join(data, 'postgresql.conf'),
    `\nport=${port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories=''\nshared_buffers=16MB\nssl=${credentials === null ? 'off' : 'on'}\n`,
  );
  const peer = await startPeer({
    program: server,
    args: ['-D', data],
    ...as,
    ready: (said) => /ready to accept connections/.test(said),
  });
  return { port, tlsPort: port, stop: () => peer.stop().finally(folder.remove) };
};
