import { hostOf } from '../ask.ts';
import { createMachine, type Draft, draft, json, type Pages } from '../machine.ts';
import { stun } from '../protocols/stun.ts';
import type { World } from '../world.ts';
import { front, secured } from './web.ts';

const fhir: Pages[string] = () =>
  json({ resourceType: 'CapabilityStatement', status: 'active', fhirVersion: '4.0.1', format: ['json'] });
const home = '<!doctype html><html lang="da"><title>Patientportal</title><h1>Patientportal</h1></html>';
const portalPages: Pages = {
  '/': () => ({ status: 200, body: home, type: 'text/html' }),
  '/health': () => 'ready',
  '/fhir/metadata': fhir,
};
const issuer = `https://${hostOf('nationallogin')}`;

/** What citizens meet, all in the cloud: the portal, the national login, video and home measurements. */
export const citizenSystems = (world: World): readonly Draft[] => [
  front(world, 'portal', 'cloud', ['https://portal-1', 'https://portal-2']),
  secured(world, 'portal-1', 'cloud', portalPages),
  secured(world, 'portal-2', 'cloud', portalPages),
  secured(world, 'portal-chat', 'cloud', { '/health': () => 'ready' }),
  secured(world, 'nationallogin', 'cloud', {
    '/.well-known/openid-configuration': () => json({ issuer, jwks_uri: `${issuer}/keys` }),
  }),
  ...['video-1', 'video-2'].map((name) => secured(world, name, 'cloud', { '/health': () => 'ready' })),
  ...['turn-1', 'turn-2'].map((name) => {
    const kit = createMachine(world, name, 'cloud');
    return draft(kit, kit.line(3478, stun));
  }),
  ...['intake-1', 'intake-2'].map((name) =>
    secured(world, name, 'cloud', { '/fhir/metadata': fhir, '/health': () => 'ready' }),
  ),
];
