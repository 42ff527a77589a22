import { createHash } from 'node:crypto';
import type { FhirOptions } from '../../../infra/landscape/kinds/fhir.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { isObject } from '../../wire/json.ts';
import { resourceIn } from './outcome.ts';

/** What a server makes anew with each answer or start, and what only tells people something. */
const unstable = new Set(['date', 'meta', 'text', 'id', 'contact', 'releaseDate', 'lastUpdated']);

/** The same text for the same statement, in whatever order it comes. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([key]) => !unstable.has(key));
  return `{${entries
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .sort()
    .join(',')}}`;
};
/** 48 bits in hexadecimal: they fit into a number. */
export const hashOf = (statement: unknown): string =>
  createHash('sha256').update(canonical(statement)).digest('hex').slice(0, 12);

export type Capability = { readonly version: string; readonly resources: readonly string[]; readonly hash: string };

const resourcesIn = (statement: Readonly<Record<string, unknown>>): readonly string[] => {
  const rest = Array.isArray(statement['rest']) ? statement['rest'] : [];
  const servers = rest.filter(isObject).filter(({ mode }) => mode === 'server');
  const all = servers.flatMap(({ resource }) => (Array.isArray(resource) ? resource : []));
  return [...new Set(all.map((one) => (isObject(one) ? String(one['type']) : '')))].filter((type) => type !== '');
};

/** What a server says of itself. */
export const capabilityIn = (value: unknown): Capability => {
  const statement = resourceIn(value, 'CapabilityStatement');
  if (statement['kind'] !== 'instance')
    throw new ProbeFailure('unexpected-answer', 'expected a CapabilityStatement of kind instance, got another kind');
  const version = statement['fhirVersion'];
  if (typeof version !== 'string' || !/^\d+\.\d+[\w.-]{0,30}$/.test(version))
    throw new ProbeFailure('unexpected-answer', 'expected a fhirVersion in the CapabilityStatement, got none');
  return { version, resources: resourcesIn(statement), hash: hashOf(statement) };
};

const listed = (names: readonly string[]): string => names.slice(0, 10).join(', ') || 'none';

/** What was declared of it; the version first, for whatever else differs may follow from it. True when anything was. */
export const holdCapability = ({ version, resources, hash }: Capability, wish: FhirOptions): boolean => {
  if (wish.version !== undefined && version !== wish.version && !version.startsWith(`${wish.version}.`))
    throw new ProbeFailure('unexpected-version', `expected FHIR ${wish.version}, got ${version}`);
  const missing = wish.resources?.filter((name) => !resources.includes(name)) ?? [];
  if (missing.length > 0)
    throw new ProbeFailure(
      'unexpected-answer',
      `expected ${listed(missing)} in the CapabilityStatement, got ${resources.length} other resources`,
    );
  if (wish.capability !== undefined && wish.capability !== hash)
    throw new ProbeFailure(
      'unexpected-answer',
      `expected the capability statement ${wish.capability}, got ${hash}: it has drifted`,
    );
  return [wish.version, wish.resources, wish.capability].some((one) => one !== undefined);
};
