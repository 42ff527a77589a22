import type { FhirOptions, FhirToken } from '../../../infra/landscape/kinds/fhir.ts';
import type { Secret } from '../../../infra/landscape/model.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { refusePerson } from '../../discretion/person.ts';
import { createVault, discreet, discreetly, type Vault } from '../../discretion/vault.ts';
import type { Aim, Probe } from '../../observation.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { urlOf } from '../../wire/http/follow.ts';
import { isObject } from '../../wire/json.ts';
import { measure, type Notes } from '../../wire/measure.ts';
import { type Ask, type Asking, addressIn, askingOf, createAsk, objectOf } from '../../wire/oauth/ask.ts';
import { askToken } from '../../wire/oauth/grant.ts';
import { secretOf, wordOf } from '../../wire/secret.ts';
import { capabilityIn, holdCapability } from './capability.ts';
import { holdStatus, resourceIn } from './outcome.ts';

const redirects = 3;

type Climb = {
  readonly aim: Aim;
  readonly wish: FhirOptions;
  readonly notes: Notes;
  readonly vault: Vault;
  readonly ask: Ask;
  readonly asking: Asking;
  /** The agreed test patient's, when there is one. */
  readonly identity: string | null;
};

/** The base of the server, without a slash at its end. */
const under = ({ asking }: Climb, path: string): URL =>
  new URL(`${asking.base.origin}${asking.base.pathname.replace(/\/+$/, '')}/${path}`);

const hiddenWord = ({ aim, vault }: Climb, word: string | Secret): string => {
  const value = wordOf(aim, word);
  if (typeof word !== 'string') vault.hide(value);
  return value;
};

const headersFor = (climb: Climb, access: string | null): Record<string, string> => ({
  accept: 'application/fhir+json',
  ...Object.fromEntries(
    (climb.wish.headers ?? []).map(([name, word]) => [name.toLowerCase(), hiddenWord(climb, word)]),
  ),
  ...(access === null ? {} : { authorization: `Bearer ${access}` }),
});

const metadata = async (climb: Climb): Promise<void> => {
  const { wish, notes, ask } = climb;
  notes.step('metadata');
  const answer = await ask({ url: under(climb, 'metadata'), headers: headersFor(climb, null), redirects });
  holdStatus(answer, 'a CapabilityStatement', false);
  const capability = capabilityIn(objectOf(answer, 'a CapabilityStatement'));
  const { version, resources, hash } = capability;
  notes.say(`FHIR ${version}, ${resources.length} resources, capability ${hash}`);
  notes.signal('capability-hash', Number.parseInt(hash, 16));
  notes.signal('resources', resources.length);
  if (holdCapability(capability, wish)) notes.asserted();
};

const listIn = (value: unknown): readonly string[] | null =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : null;

/** Where tokens are given, as the server itself says (SMART App Launch). */
const tokenEndpoint = async (climb: Climb, { url, client }: FhirToken): Promise<URL> => {
  const { wish, notes, ask, asking } = climb;
  if (url !== undefined) return urlOf(url);
  notes.step('smart-configuration');
  const answer = await ask({
    url: under(climb, '.well-known/smart-configuration'),
    headers: { ...headersFor(climb, null), accept: 'application/json' },
    redirects,
  });
  holdStatus(answer, 'a smart-configuration', false);
  const smart = objectOf(answer, 'a smart-configuration');
  const capabilities = listIn(smart['capabilities']) ?? [];
  const missing = wish.smart?.filter((one) => !capabilities.includes(one)) ?? [];
  if (missing.length > 0)
    throw new ProbeFailure(
      'unexpected-answer',
      `expected the SMART capability ${missing[0]}, got ${capabilities.length} others`,
    );
  const grants = listIn(smart['grant_types_supported']);
  if (grants !== null && !grants.includes('client_credentials'))
    throw new ProbeFailure('unexpected-answer', 'expected client_credentials among its grants, got others');
  const methods = listIn(smart['token_endpoint_auth_methods_supported']);
  if (methods !== null && client.method !== 'none' && !methods.includes(client.method))
    throw new ProbeFailure('unexpected-answer', `expected ${client.method} among its ways to log in, got others`);
  return addressIn(smart['token_endpoint'], 'token_endpoint', asking.base);
};

const token = async (climb: Climb, wish: FhirToken): Promise<string> => {
  const { notes, ask, asking } = climb;
  const url = await tokenEndpoint(climb, wish);
  notes.step('token');
  const { access, lifetime } = await askToken(ask, asking, {
    url,
    client: wish.client,
    family: 'smart',
    fields: {
      grant_type: 'client_credentials',
      ...(wish.scope === undefined ? {} : { scope: wish.scope }),
      ...(wish.audience === undefined ? {} : { audience: wish.audience }),
    },
  });
  if (lifetime !== null) notes.signal('token-lifetime', lifetime);
  notes.reach('session');
  return access;
};

const holdTotal = (total: number, { atLeast, atMost }: NonNullable<FhirOptions['total']>): void => {
  if ((atLeast !== undefined && total < atLeast) || (atMost !== undefined && total > atMost))
    throw new ProbeFailure(
      'out-of-bounds',
      `expected ${atLeast ?? 0} to ${atMost ?? 'any number'} of them, got ${total}`,
    );
};

const search = async (climb: Climb, access: string | null): Promise<void> => {
  const { wish, notes, ask, identity } = climb;
  const { resource, parameters } = wish.search ?? { resource: 'Patient', parameters: [] };
  notes.step('search');
  const url = under(climb, resource);
  for (const [name, word] of parameters) url.searchParams.append(name, hiddenWord(climb, word));
  url.searchParams.set('_summary', 'count');
  refusePerson([url.search], identity);
  // Without it a server may pass over what it does not know, and count everything.
  const headers = { prefer: 'handling=strict', ...headersFor(climb, access) };
  const answer = await ask({ url, headers, redirects });
  holdStatus(answer, `a count of ${resource}`, access !== null);
  const { type, total } = resourceIn(objectOf(answer, 'a Bundle'), 'Bundle');
  if (type !== 'searchset')
    throw new ProbeFailure('unexpected-answer', 'expected a Bundle of type searchset, got another');
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0)
    throw new ProbeFailure('unexpected-answer', 'expected a total in the Bundle, got none');
  notes.signal('total', total);
  notes.say(`total ${total}`);
  if (wish.total !== undefined) holdTotal(total, wish.total);
  notes.reach('transaction');
  notes.asserted();
};

const hasIdentifier = (resource: unknown, system: string, identity: string): boolean =>
  isObject(resource) &&
  Array.isArray(resource['identifier']) &&
  resource['identifier'].some((one) => isObject(one) && one['system'] === system && one['value'] === identity);

const absent = (got: string) => new ProbeFailure('unexpected-answer', `expected the agreed test patient, got ${got}`);
const another = () => new ProbeFailure('mismatched-answer', 'expected the agreed test patient, got another resource');

const readById = async (climb: Climb, access: string | null, resource: string): Promise<void> => {
  const { ask, identity, vault } = climb;
  const path = `${resource}/${encodeURIComponent(identity ?? '')}`;
  // An id may be too short to be hidden by itself.
  vault.hide(path);
  const url = under(climb, path);
  const answer = await ask({ url, headers: headersFor(climb, access), redirects });
  if (answer.status === 404 || answer.status === 410) throw absent(`none (status ${answer.status})`);
  holdStatus(answer, 'the agreed test patient', access !== null);
  const { id } = resourceIn(objectOf(answer, `a ${resource}`), resource);
  if (id !== identity) throw another();
};

/** By POST, so that the identity stands in no log of addresses. */
const readByIdentifier = async (
  climb: Climb,
  access: string | null,
  { resource, system }: { resource: string; system: string },
) => {
  const { ask, identity } = climb;
  const escaped = (text: string) => text.replaceAll(/[\\,$|]/g, (character) => `\\${character}`);
  const answer = await ask({
    url: under(climb, `${resource}/_search`),
    headers: { prefer: 'handling=strict', ...headersFor(climb, access) },
    fields: { identifier: `${escaped(system)}|${escaped(identity ?? '')}`, _elements: 'identifier', _count: '2' },
  });
  holdStatus(answer, 'the agreed test patient', access !== null);
  const { entry } = resourceIn(objectOf(answer, 'a Bundle'), 'Bundle');
  const found = (Array.isArray(entry) ? entry : []).map((one) => (isObject(one) ? one['resource'] : null));
  const ofType = found.filter((one) => isObject(one) && one['resourceType'] === resource);
  if (ofType.length === 0) throw absent('none');
  if (!ofType.every((one) => hasIdentifier(one, system, identity ?? ''))) throw another();
};

const read = async (climb: Climb, access: string | null): Promise<void> => {
  const { wish, notes, identity } = climb;
  notes.step('read');
  if (identity === null) throw new ProbeFailure('could-not-run', 'expected an agreed test patient to read, got none');
  const { resource, system } = wish.read ?? { resource: 'Patient' };
  if (system === undefined) await readById(climb, access, resource);
  else await readByIdentifier(climb, access, { resource, system });
  notes.reach('transaction');
  notes.asserted();
};

const ascend = async (climb: Climb): Promise<void> => {
  const { ladder, token: wanted, search: counted } = climb.wish;
  if ((ladder === 'token' && wanted === undefined) || (ladder === 'search' && counted === undefined))
    throw new ProbeFailure('could-not-run', `expected what a ladder up to ${ladder} needs, got none`);
  await metadata(climb);
  if (ladder === 'metadata') return;
  const access = wanted === undefined ? null : await token(climb, wanted);
  if (ladder === 'token') return;
  if (counted !== undefined) await search(climb, access);
  if (ladder === 'read') await read(climb, access);
};

/**
 * Climbs as far as was declared: what the server says of itself, where tokens are given, a token, a count, the agreed
 * test patient. Nothing of a body is ever shown, but words of FHIR and numbers.
 */
export const fhir: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const wish = optionsOf(aim.check, 'fhir');
    const vault = createVault();
    const identity = wish.patient === undefined ? null : secretOf(aim, wish.patient.identity);
    if (identity !== null) vault.hide(identity);
    const quiet = discreet(notes, vault);
    const asking = await askingOf(aim, wish, { at: { context, notes: quiet }, vault });
    const climb: Climb = { aim, wish, notes: quiet, vault, ask: createAsk(asking), asking, identity };
    await discreetly(vault, () => ascend(climb));
  });
