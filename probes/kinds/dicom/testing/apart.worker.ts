import { execFileSync, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { joined } from './joined.ts';

/** Runs in the other network: starts the program there, and leads Unix sockets to its ports. */
type Orders = {
  readonly program: string;
  readonly args: readonly string[];
  readonly ports: readonly number[];
  readonly paths: readonly string[];
};
// Written by startApart, in the same folder.
const { program, args, ports, paths } = JSON.parse(process.argv[2] ?? '{}') as Orders;

execFileSync('ip', ['link', 'set', 'lo', 'up']);
const child = spawn(program, [...args], { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('exit', (code) => process.exit(code ?? 1));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.on('SIGTERM', () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 3000).unref();
});

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
for (const [index, port] of ports.entries()) {
  while (!(await accepts(port))) await pause(50);
  await new Promise<void>((resolve) =>
    createServer({ allowHalfOpen: true }, (socket) =>
      joined(socket, connect({ host: '127.0.0.1', port, allowHalfOpen: true })),
    ).listen(paths[index], resolve),
  );
}
process.stdout.write('stands apart\n');
