import type { Teams } from './form.ts';

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

export const teams: Teams = {
  infrastructure: {
    title: { da: 'Infrastruktur og datacentre', en: 'Infrastructure and datacenters' },
    onCall: 'always',
  },
  access: { title: { da: 'Identitet og adgang', en: 'Identity and access' }, onCall: 'always' },
  record: { title: { da: 'Elektronisk patientjournal', en: 'Electronic patient record' }, onCall: 'always' },
  logistics: { title: { da: 'Klinisk logistik', en: 'Clinical logistics' }, onCall: 'always' },
  workplace: { title: { da: 'Klinisk it-arbejdsplads', en: 'Clinical workplace' }, onCall: 'always' },
  devices: { title: { da: 'Medicoteknik og integration', en: 'Medical devices and integration' }, onCall: 'always' },
  platform: { title: { da: 'Agil platform', en: 'Agile platform' }, onCall: 'always' },
  citizens: {
    title: { da: 'Borgernære løsninger', en: 'Citizen services' },
    onCall: { days: [...everyDay], from: '07:00', to: '22:00' },
  },
  automation: {
    title: { da: 'Robotter og dybe integrationer', en: 'Robots and deep integrations' },
    onCall: { days: [...workdays], from: '07:00', to: '17:00' },
  },
  insight: {
    title: { da: 'BI, data og AI', en: 'BI, data and AI' },
    onCall: { days: [...workdays], from: '07:00', to: '17:00' },
  },
};
