import { describePeer } from '../../probes/testing/peer.ts';

/** The engines that what is generated is tried on, and where this machine has them. */
const engines = {
  prometheus: 'FORVARSEL_PROMETHEUS',
  promtool: 'FORVARSEL_PROMTOOL',
  alertmanager: 'FORVARSEL_ALERTMANAGER',
  amtool: 'FORVARSEL_AMTOOL',
  sloth: 'FORVARSEL_SLOTH',
} as const;
export type Engine = keyof typeof engines;

/** The program by its variable, else by its name on the path. */
export const engineAt = (engine: Engine): string => process.env[engines[engine]] ?? engine;
/** A suite that needs engines: skipped by name where one is missing, a failure in the gate. */
export const describeEngine = (name: string, needed: readonly Engine[], suite: () => void): void =>
  describePeer(name, needed.map(engineAt), suite);
