import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Peer, peerFolder, startPeer } from '../../../testing/peer.ts';

export type Dovecot = {
  /** Plain, with STARTTLS where it has a certificate. A login in plain is taken from 127.0.0.1 alone. */
  readonly port: number;
  readonly tlsPort: number;
  /** Asked by other servers whether a login is right. */
  readonly authPort: number;
  readonly peer: Peer;
  readonly stop: () => Promise<void>;
};

const configOf = (folder: string, ports: Omit<Dovecot, 'peer' | 'stop'>, tls: boolean): string => `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
first_valid_uid = 0
mail_location = maildir:${folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
mail_privileged_group =
ssl = ${tls ? 'yes' : 'no'}
${tls ? `ssl_cert = <${folder}/cert.pem\nssl_key = <${folder}/key.pem` : ''}
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/mail/%u
}
service imap-login {
  inet_listener imap {
    port = ${ports.port}
  }
  inet_listener imaps {
    port = ${tls ? ports.tlsPort : 0}
    ssl = yes
  }
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = ${ports.authPort}
  }
}
`;

/** Dovecot with one user, whose INBOX holds three messages. */
export const startDovecot = async (
  user: { readonly name: string; readonly password: string },
  credentials: { readonly key: string; readonly cert: string } | null,
): Promise<Dovecot> => {
  const folder = peerFolder('dovecot');
  const ports = { port: await freePort(), tlsPort: await freePort(), authPort: await freePort() };
  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  chmodSync(folder.path, 0o755);
  mkdirSync(join(folder.path, 'run'));
  for (const part of ['cur', 'new', 'tmp']) {
    mkdirSync(join(folder.path, 'mail', user.name, part), { recursive: true });
    for (const at of ['mail', `mail/${user.name}`, `mail/${user.name}/${part}`])
      chmodSync(join(folder.path, at), 0o777);
  }
  for (const number of [1, 2, 3])
    write(`mail/${user.name}/new/${number}.mail`, `Subject: message ${number}\r\n\r\nnothing\r\n`);
  write('users', `${user.name}:{PLAIN}${user.password}\n`);
  if (credentials !== null) {
    write('cert.pem', credentials.cert);
    write('key.pem', credentials.key);
  }
  write('dovecot.conf', configOf(folder.path, ports, credentials !== null));
  const peer = await startPeer({
    program: 'dovecot',
    args: ['-F', '-c', join(folder.path, 'dovecot.conf')],
    ready: ports.port,
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
