import { smbNegotiate } from './dialogues.ts';
import type { Components, Solutions } from './form.ts';
import { closely, https, slowness, tcp, tls, workplaces } from './parts.ts';

const sessionLost = {
  owner: 'workplace',
  runbook: 'session-broker-lost',
  firstAction: {
    da: 'Se om den anden sessionstjeneste tager de nye logins; dem, der er inde, mærker intet.',
    en: 'See whether the other session broker takes new sign-ons; those who are in feel nothing.',
  },
};
const profileLost = {
  owner: 'workplace',
  runbook: 'profile-store-slow',
  firstAction: {
    da: 'Se svartiden på begge profillagre og antallet af åbne filer; genstart det ene, aldrig begge.',
    en: 'Look at the time to answer of both profile stores and their open files; restart one, never both.',
  },
};
const cardsLost = {
  owner: 'access',
  runbook: 'smart-card-node-lost',
  firstAction: {
    da: 'Se om den anden node udsteder, og hvornår nodens eget certifikat udløber.',
    en: "See whether the other node issues, and when the node's own certificate ends.",
  },
};

const session = (machine: string) =>
  https(machine, '/health', { ...closely, depth: 'session', expect: { body: /^ready\b/ }, signals: slowness });
const share = (machine: string) =>
  tcp(machine, 445, { ...closely, depth: 'protocol', expect: { dialogue: smbNegotiate }, signals: slowness });

export const workplaceComponents: Components = {
  'session-1': {
    title: { da: 'Sessionstjeneste 1', en: 'Session broker 1' },
    site: 'aarhus',
    needs: [
      { atLeast: 1, of: ['profile-1', 'profile-2'] },
      { atLeast: 1, of: ['idp-1', 'idp-2'] },
    ],
    checks: { health: session('session-1') },
    ...sessionLost,
  },
  'session-2': {
    title: { da: 'Sessionstjeneste 2', en: 'Session broker 2' },
    site: 'viborg',
    needs: [
      { atLeast: 1, of: ['profile-1', 'profile-2'] },
      { atLeast: 1, of: ['idp-1', 'idp-2'] },
    ],
    checks: { health: session('session-2') },
    ...sessionLost,
  },
  'profile-1': {
    title: { da: 'Profillager 1', en: 'Profile store 1' },
    site: 'aarhus',
    checks: { share: share('profile-1') },
    ...profileLost,
  },
  'profile-2': {
    title: { da: 'Profillager 2', en: 'Profile store 2' },
    site: 'viborg',
    checks: { share: share('profile-2') },
    ...profileLost,
  },
  'smartcard-1': {
    title: { da: 'Smartkort-PKI 1', en: 'Smart-card PKI 1' },
    site: 'aarhus',
    checks: { handshake: tls('smartcard-1', 443) },
    ...cardsLost,
  },
  'smartcard-2': {
    title: { da: 'Smartkort-PKI 2', en: 'Smart-card PKI 2' },
    site: 'viborg',
    checks: { handshake: tls('smartcard-2', 443) },
    ...cardsLost,
  },
};

export const workplaceSolutions: Solutions = {
  kita: {
    title: { da: 'Klinisk it-arbejdsplads (KITA)', en: 'Clinical workplace (KITA)' },
    criticality: 'clinical-critical',
    data: 'personal',
    needs: [
      { atLeast: 1, of: ['session-1', 'session-2'] },
      { atLeast: 1, of: ['smartcard-1', 'smartcard-2'] },
      'identity',
      'network-services',
    ],
    checks: {
      front: https('kita', '/session', {
        ...closely,
        depth: 'session',
        vantages: workplaces,
        expect: { body: /^session ready\b/ },
        signals: slowness,
      }),
    },
    promises: [{ objective: 99.9, window: '30d' }],
    owner: 'workplace',
    runbook: 'sign-on-at-the-bed-lost',
    firstAction: {
      da: 'Se om login tager lang tid eller fejler: er det langsomt, så begynd ved profillagrene.',
      en: 'See whether sign-on is slow or fails: when it is slow, begin with the profile stores.',
    },
  },
};
