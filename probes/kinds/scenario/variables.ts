import type { ScenarioOptions } from '../../../infra/landscape/kinds/scenario.ts';
import type { Vault } from '../../discretion/vault.ts';
import type { Aim } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { secretOf } from '../../wire/secret.ts';
import { totpOf } from '../../wire/totp.ts';
import type { LookUp, Scalar } from './template.ts';

export type Variables = {
  /** Throws `could-not-run` for what is not known (yet). */
  readonly lookUp: LookUp;
  readonly has: (name: string) => boolean;
  readonly set: (name: string, value: Scalar) => void;
  /** What was captured, for expressions. */
  readonly captured: () => Readonly<Record<string, Scalar>>;
  /** The agreed test patient's, when there is one. */
  readonly identity: string | null;
};

/** Short words such as `200` or `true` say nothing, and would be masked wherever they stand. */
const isToken = (text: string): boolean => text.length >= 6 || !/^(?:\d*\.?\d*|true|false|null)$/.test(text);

/** The values of one run. Secrets are read when they are first used, and hidden then; so is what is captured. */
export const createVariables = (aim: Aim, options: ScenarioOptions, vault: Vault): Variables => {
  const declared = new Map(options.variables);
  const captured = new Map<string, Scalar>();
  const hidden = (text: string): string => {
    vault.hide(text);
    return text;
  };
  const identity = options.patient === undefined ? null : hidden(secretOf(aim, options.patient.identity));
  const declaredValue = (name: string): Scalar => {
    const value = declared.get(name);
    if (value === undefined) throw new ProbeFailure('could-not-run', `expected a value for ${name}, got none`);
    if (typeof value === 'string') return value;
    if ('totp' in value) return hidden(totpOf(hidden(secretOf(aim, value.totp)), Date.now(), value));
    return hidden(secretOf(aim, value));
  };
  return {
    identity,
    has: (name) => captured.has(name) || declared.has(name) || (name === 'patient' && identity !== null),
    lookUp: (name) => {
      const caught = captured.get(name);
      if (caught !== undefined) return caught;
      return name === 'patient' && identity !== null ? identity : declaredValue(name);
    },
    set: (name, value) => {
      if (isToken(String(value))) vault.hide(String(value));
      captured.set(name, value);
    },
    captured: () => Object.fromEntries(captured),
  };
};
