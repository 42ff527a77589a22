import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, type Peer, peerFolder, startPeer } from '../../../testing/peer.ts';

export type Postfix = {
  /** Plain, with STARTTLS; logins under TLS only. */
  readonly port: number;
  /** TLS at once. */
  readonly tlsPort: number;
  /** Plain alone, and a login is taken there. */
  readonly plainPort: number;
  /** Plain alone, and without any login. */
  readonly barePort: number;
  /** Lets nobody in. */
  readonly closedPort: number;
  readonly peer: Peer;
  readonly stop: () => Promise<void>;
};
type Ports = Omit<Postfix, 'peer' | 'stop'>;

const mainOf = (folder: string, authPort: number): string => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.1/32
maillog_file_prefixes = ${folder}
maillog_file = ${folder}/log
smtpd_tls_cert_file = ${folder}/cert.pem
smtpd_tls_key_file = ${folder}/key.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${authPort}
smtpd_error_sleep_time = 0
smtpd_delay_reject = no
`;

const masterOf = (ports: Ports): string => {
  const smtpd = (port: number, ...options: readonly string[]): string =>
    `127.0.0.1:${port} inet n - n - - smtpd ${options.map((option) => `-o ${option}`).join(' ')}`;
  return [
    smtpd(ports.port, 'smtpd_tls_security_level=may', 'smtpd_sasl_auth_enable=yes', 'smtpd_tls_auth_only=yes'),
    smtpd(ports.tlsPort, 'smtpd_tls_wrappermode=yes', 'smtpd_sasl_auth_enable=yes'),
    smtpd(ports.plainPort, 'smtpd_sasl_auth_enable=yes'),
    smtpd(ports.barePort),
    smtpd(ports.closedPort, 'smtpd_client_restrictions=reject'),
    'cleanup unix n - n - 0 cleanup',
    'rewrite unix - - n - - trivial-rewrite',
    'anvil unix - - n - 1 anvil',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'postlog unix-dgram n - n - 1 postlogd',
    '',
  ].join('\n');
};

const userId = (name: string): number => Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }));

/** Postfix, which asks a Dovecot whether a login is right. It must be started by root. */
export const startPostfix = async (
  credentials: { readonly key: string; readonly cert: string },
  authPort: number,
): Promise<Postfix> => {
  const folder = peerFolder('postfix');
  const ports: Ports = {
    port: await freePort(),
    tlsPort: await freePort(),
    plainPort: await freePort(),
    barePort: await freePort(),
    closedPort: await freePort(),
  };
  chmodSync(folder.path, 0o755);
  for (const name of ['etc', 'queue', 'data']) mkdirSync(join(folder.path, name));
  if (userInfo().uid === 0) chownSync(join(folder.path, 'data'), userId('postfix'), 0);
  writeFileSync(join(folder.path, 'cert.pem'), credentials.cert);
  writeFileSync(join(folder.path, 'key.pem'), credentials.key);
  writeFileSync(join(folder.path, 'etc/main.cf'), mainOf(folder.path, authPort));
  writeFileSync(join(folder.path, 'etc/master.cf'), masterOf(ports));
  // Makes the queue. The script that starts Postfix would leave its master behind when it is ended.
  execFileSync('/usr/sbin/postfix', ['-c', join(folder.path, 'etc'), 'check'], { stdio: 'ignore' });
  const peer = await startPeer({
    program: '/usr/lib/postfix/sbin/master',
    args: ['-s', '-c', join(folder.path, 'etc')],
    env: { MAIL_CONFIG: join(folder.path, 'etc') },
    ready: ports.barePort,
  });
  return {
    ...ports,
    peer,
    stop: async () => {
      await peer.stop();
      folder.remove();
    },
  };
};
