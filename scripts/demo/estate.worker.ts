import { parentPort, workerData } from 'node:worker_threads';
import { startClinicians } from './clinician.ts';
import type { DemoCommand, DemoData, DemoMessage } from './demo-thread.ts';
import { startEstate } from './estate.ts';

/** The thread the simulated region lives in, apart from what probes and judges it. */
const port = parentPort;
if (port === null) throw new Error('estate.worker.ts is a thread: start it with startDemo');
const say = (message: DemoMessage): void => port.postMessage(message);

// workerData is untyped by nature; only startDemo starts this thread.
const { base, seed, dataFolder } = workerData as DemoData;
const estate = await startEstate({ base, seed, dataFolder });
const clinicians = startClinicians(estate, say);

const commands = {
  play: async (command: DemoCommand): Promise<void> => {
    if (command.type !== 'play') return;
    await estate.play(command.name, (moment) => say({ type: 'story', ...moment }));
  },
  stop: async (): Promise<void> => {
    clinicians.stop();
    await estate.stop();
    port.close();
  },
} satisfies Record<DemoCommand['type'], (command: DemoCommand) => Promise<void>>;

port.on('message', (command: DemoCommand) => {
  commands[command.type](command).catch((error: unknown) => {
    // A story that the end of the estate broke off is no failure.
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  });
});
say({ type: 'ready', base: estate.base, trustFile: estate.trustFile, machines: estate.machines });
