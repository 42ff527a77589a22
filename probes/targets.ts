import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CheckId, Landscape, Target } from '../infra/landscape/model.ts';
import { secretsIn } from '../infra/landscape/options.ts';
import { secretKey } from './observation.ts';

const fileLimit = 1024 * 1024;

export type Read = { readonly text: string } | { readonly problem: string };

const given = (text: string | undefined, from: string): Read => {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? { problem: `expected a value in ${from}, got none` } : { text: trimmed };
};

const fromFile = (path: string): Read => {
  try {
    if (statSync(path).size > fileLimit) return { problem: `expected at most ${fileLimit} bytes in ${path}` };
    return given(readFileSync(path, 'utf8'), path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return { problem: `expected a readable file ${path}, got ${code}` };
  }
};

/** Where a probe is aimed, or what is in the way. A relative file is seen from `folder`; no value is ever in a problem. */
export const readTarget = (target: Target, folder = '.'): Read => {
  if ('text' in target) return given(target.text, 'the target');
  if ('env' in target) return given(process.env[target.env], `the environment variable ${target.env}`);
  return fromFile(resolve(folder, target.file));
};

/** The targets of all checks. One that could not be read is a problem, and its check runs and says `could-not-run`. */
export const readAims = ({ checks }: Landscape, folder = '.') => {
  const aims: Record<CheckId, string> = {};
  const problems: { readonly check: CheckId; readonly message: string }[] = [];
  for (const { id, target } of Object.values(checks)) {
    const read = readTarget(target, folder);
    if ('text' in read) aims[id] = read.text;
    else problems.push({ check: id, message: `${id}: ${read.problem}` });
  }
  return { aims, problems };
};

/** The secrets that checks name. One that could not be read is a problem, and its checks say `could-not-run`. */
export const readSecrets = ({ checks }: Landscape, folder = '.') => {
  const secrets: Record<string, string> = {};
  const problems: { readonly check: CheckId; readonly message: string }[] = [];
  for (const { id, options } of Object.values(checks))
    for (const secret of secretsIn(options)) {
      const read = readTarget(secret, folder);
      if ('text' in read) secrets[secretKey(secret)] = read.text;
      else problems.push({ check: id, message: `${id}: ${read.problem}` });
    }
  return { secrets, problems };
};

/** The certificates, PEM, that the landscape trusts beside the system's. */
export const readTrust = ({ authority }: Landscape, folder = '.') => {
  const trust: string[] = [];
  const problems: { readonly message: string }[] = [];
  authority.trust.forEach((target, index) => {
    const read = readTarget(target, folder);
    if ('problem' in read) problems.push({ message: `trust ${index + 1}: ${read.problem}` });
    else if (read.text.includes('-----BEGIN CERTIFICATE-----')) trust.push(read.text);
    else problems.push({ message: `trust ${index + 1}: expected certificates in PEM` });
  });
  return { trust, problems };
};
