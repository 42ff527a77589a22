import type { OptionsOf } from '../../../infra/landscape/kinds.ts';
import type { Check, CheckKind } from '../../../infra/landscape/model.ts';
import type { Module } from '../modules.ts';
import type { Told } from '../page/told.ts';
import type { Held } from './keys.ts';

/** What a request asks for. */
export type Ask = {
  /** The name of the module, and what it says. */
  readonly name: string;
  readonly module: Module;
  readonly target: string;
  /** The `hostname` of a request: another name for the same place. */
  readonly hostname: string;
  /** Where `proxy_from_environment` looks. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type Prefer = { readonly prefer: 4 | 6; readonly fallback: boolean };

/** One run of a module as a check of our own. */
export type Plan = {
  readonly check: Check;
  readonly target: string;
  /** Local address to leave from. */
  readonly source: string | null;
  /** Which address of the target counts as its own; null where no name is looked up. */
  readonly family: Prefer | null;
  /** What is asked too often when it is asked too often. */
  readonly place: string;
  /** Texts that may be secret, by the key under which the options name them. */
  readonly held: Readonly<Record<string, Held>>;
  readonly told: Omit<Told, 'seen' | 'lookup'>;
};

/** Why a module cannot be run as it is: not the peer's fault. */
export class CannotPlan extends Error {
  override readonly name = 'CannotPlan';
}

export const checkOf = <K extends CheckKind>(kind: K, options: OptionsOf[K]): Check => ({
  id: `module/${kind}`,
  node: 'module',
  name: kind,
  kind,
  // No more is claimed than what is reached.
  depth: 'none',
  target: { text: '' },
  intervalMs: 0,
  timeoutMs: 0,
  vantages: [],
  options: options satisfies object,
  signals: [],
  judges: true,
  runbook: null,
  firstAction: null,
});

/** Any other word than ip6 means IPv4, as in blackbox_exporter. */
export const preferOf = (own: {
  readonly preferred_ip_protocol: string;
  readonly ip_protocol_fallback: boolean;
}): Prefer => ({
  prefer: own.preferred_ip_protocol === '' || own.preferred_ip_protocol === 'ip6' ? 6 : 4,
  fallback: own.ip_protocol_fallback,
});
