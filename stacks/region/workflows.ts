import type { Workflows } from './form.ts';
import { closely, hospitals, https, slowness, workplaces } from './parts.ts';

/** What the person on call does first about any workflow: people at work must know which fallback applies. */
const announce = {
  runbook: 'announce-fallback',
  firstAction: {
    da: 'Ring til de berørte hospitalers koordinerende vagt, og sig, at nødproceduren gælder, fra hvornår og for hvad.',
    en: 'Call the coordinator on duty at the hospitals concerned: the fallback applies, since when and for what.',
  },
};
const notice = {
  runbook: 'put-up-notice',
  firstAction: {
    da: 'Sæt besked på regionens forside med telefonnummeret til klinikken.',
    en: "Put a notice with the clinic's telephone number on the region's front page.",
  },
};

export const recordWorkflows: Workflows = {
  'order-medication': {
    title: { da: 'Ordinere medicin', en: 'Order medication' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['epj'],
    fallback: { title: { da: 'Papirskema til medicin', en: 'Paper form for medication' }, bears: '2h' },
    ...announce,
  },
  'read-record': {
    title: { da: 'Læse journal', en: 'Read the record' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['epj'],
    fallback: { title: { da: 'Læsekopi på nødpc', en: 'Read-only copy on the emergency PC' }, bears: '4h' },
    ...announce,
  },
  'order-tests': {
    title: { da: 'Bestille prøver', en: 'Order tests' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['epj', { on: 'integration', effect: 'degrades' }],
    fallback: { title: { da: 'Papirrekvisition med bud', en: 'Paper requisition by messenger' }, bears: '2h' },
    ...announce,
  },
  discharge: {
    title: { da: 'Udskrive', en: 'Discharge' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['epj', { on: 'ai', effect: 'degrades' }],
    fallback: { title: { da: 'Udskrivningsbrev på papir', en: 'Discharge letter on paper' }, bears: '4h' },
    ...announce,
  },
  'vitals-to-record': {
    title: { da: 'Vitale værdier til journal', en: 'Vitals to the record' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['mdi', 'epj'],
    fallback: { title: { da: 'Observationsskema på papir', en: 'Observation chart on paper' }, bears: '1h' },
    ...announce,
  },
  imaging: {
    title: { da: 'Se billeder', en: 'View images' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['pacs'],
    fallback: { title: { da: 'Se billedet på apparatet', en: 'View the image at the scanner' }, bears: '1h' },
    ...announce,
  },
};

export const wardWorkflows: Workflows = {
  'patient-flow': {
    title: { da: 'Patientflow', en: 'Patient flow' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['kl'],
    fallback: { title: { da: 'Tavle med tusch og telefon', en: 'Whiteboard and telephone' }, bears: '1h' },
    ...announce,
  },
  'operation-plan': {
    title: { da: 'Operationsplan', en: 'Operation plan' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['kl'],
    fallback: { title: { da: 'Dagens udskrevne plan', en: "The day's printed plan" }, bears: '2h' },
    ...announce,
  },
  'porter-call': {
    title: { da: 'Portørbestilling', en: 'Porter call' },
    usedAt: hospitals,
    criticality: 'business-critical',
    needs: ['kl'],
    fallback: { title: { da: 'Ring til portørcentralen', en: "Telephone the porters' desk" }, bears: '2h' },
    ...announce,
  },
  'bedside-sign-on': {
    title: { da: 'Logge på ved sengen', en: 'Bedside sign-on' },
    usedAt: hospitals,
    criticality: 'clinical-critical',
    needs: ['kita'],
    fallback: { title: { da: 'Nødpc med lokalt login', en: 'Emergency PC with a local login' }, bears: '30m' },
    ...announce,
  },
  'assess-discharge': {
    title: { da: 'Vurdere udskrivelse', en: 'Assess discharge' },
    usedAt: hospitals,
    criticality: 'business-critical',
    needs: ['ai'],
    fallback: { title: { da: 'Lægens egen vurdering', en: "The physician's own judgement" }, bears: '12h' },
    ...announce,
  },
  'partner-solution': {
    title: { da: 'Partnerløsning i drift', en: "A partner's solution runs" },
    usedAt: hospitals,
    criticality: 'business-critical',
    needs: ['agile'],
    checks: {
      status: https('partner', '/status', {
        ...closely,
        depth: 'session',
        vantages: workplaces,
        expect: { body: /^ok\b/ },
        signals: slowness,
      }),
    },
    fallback: { title: { da: 'Telefon til kommunen', en: 'Telephone to the municipality' }, bears: '4h' },
    ...announce,
  },
};

export const citizenWorkflows: Workflows = {
  'talk-to-clinic': {
    title: { da: 'Skrive med klinikken', en: 'Talk to the clinic' },
    usedAt: ['home'],
    criticality: 'business-critical',
    needs: ['portal', 'portal-chat'],
    fallback: { title: { da: 'Ring til klinikken', en: 'Telephone the clinic' }, bears: '8h' },
    ...notice,
  },
  'see-appointments': {
    title: { da: 'Se aftaler', en: 'See appointments' },
    usedAt: ['home'],
    criticality: 'business-critical',
    needs: ['portal'],
    fallback: { title: { da: 'Indkaldelsen i e-Boks', en: 'The letter of appointment' }, bears: '24h' },
    ...notice,
  },
  'virtual-consultation': {
    title: { da: 'Virtuel konsultation', en: 'Virtual consultation' },
    usedAt: ['home', 'auh'],
    criticality: 'business-critical',
    needs: ['telemedicine'],
    fallback: { title: { da: 'Samtale i telefon', en: 'Consultation by telephone' }, bears: '1h' },
    ...notice,
  },
  'home-measurement': {
    title: { da: 'Hjemmemåling', en: 'Home measurement' },
    usedAt: ['home', 'auh'],
    criticality: 'business-critical',
    needs: ['telemedicine'],
    fallback: {
      title: { da: 'Udstyret gemmer og sender igen', en: 'The equipment keeps and sends again' },
      bears: '12h',
    },
    ...notice,
  },
};

export const officeWorkflows: Workflows = {
  'location-data': {
    title: { da: 'Steddata til transport', en: 'Location data to transport' },
    usedAt: ['auh'],
    criticality: 'supporting',
    needs: ['rpa'],
    fallback: { title: { da: 'Gårsdagens register', en: "Yesterday's register" }, bears: '24h' },
  },
  'management-information': {
    title: { da: 'Ledelsesinformation', en: 'Management information' },
    usedAt: ['rhv'],
    criticality: 'supporting',
    needs: ['bi'],
    fallback: { title: { da: 'Gårsdagens rapport', en: "Yesterday's report" }, bears: '48h' },
  },
};
