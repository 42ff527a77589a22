import { postgresGreeting } from './dialogues.ts';
import type { Component, Components, Solutions, Text } from './form.ts';
import { disk, grows, host, http, https, metrics, slowness, tcp, workplaces } from './parts.ts';

const predictionLost = {
  owner: 'insight',
  runbook: 'model-node-lost',
  firstAction: {
    da: 'Se om den anden modelserver svarer på den aftalte prøvesag; uden svar vurderer lægen alene.',
    en: 'See whether the other model server answers the agreed test case; without one the physician judges alone.',
  },
};

/** A made-up case that everybody agreed on: the prediction is the whole business, so an answer is a round trip. */
const prediction = (machine: string, site: string, title: Text): Component => ({
  title,
  site,
  checks: {
    prediction: http(`${host(machine)}:8080`, '/predict', {
      depth: 'transaction',
      vantages: workplaces,
      request: {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"case":"synthetic-1","age":70,"admissions":2,"days":4}',
      },
      expect: { status: 200, body: /"risk"\s*:\s*(0(\.\d+)?|1(\.0+)?)\s*[,}]/ },
      signals: slowness,
    }),
  },
  ...predictionLost,
});

export const dataComponents: Components = {
  'dw-1': {
    title: { da: 'Datavarehus', en: 'Data warehouse' },
    site: 'viborg',
    owner: 'insight',
    needs: ['storage-viborg'],
    checks: {
      sql: tcp('dw-1', 5432, { depth: 'protocol', expect: { dialogue: postgresGreeting } }),
      loads: metrics('dw-1', 'viborg', {
        signals: {
          hourly: grows({ da: 'Siden seneste timeindlæsning', en: 'Since the last hourly load' }, 'seconds', {
            of: 'load_age_seconds{load="hourly"}',
            limit: 7200,
          }),
          ...disk('/data'),
        },
      }),
    },
    runbook: 'load-late',
    firstAction: {
      da: 'Se hvilken kilde der mangler, og sæt mærket *ikke ajour* på rapporterne, før der køres igen.',
      en: 'See which source is missing, and mark the reports *not up to date* before running it again.',
    },
  },
  'report-1': {
    title: { da: 'Rapportserver', en: 'Report server' },
    site: 'viborg',
    owner: 'insight',
    needs: ['dw-1'],
    checks: {
      health: https('report-1', '/health', { vantages: ['aarhus', 'viborg', 'rhv'], expect: { body: /^ready\b/ } }),
    },
  },
  'model-1': prediction('model-1', 'aarhus', { da: 'Modelserver 1', en: 'Model server 1' }),
  'model-2': prediction('model-2', 'viborg', { da: 'Modelserver 2', en: 'Model server 2' }),
  'features-1': {
    title: { da: 'Modellens data', en: 'Features of the model' },
    site: 'aarhus',
    checks: {
      health: http(`${host('features-1')}:8080`, '/health', { expect: { body: /^ready\b/ } }),
      age: metrics('features-1', 'aarhus', {
        signals: {
          age: grows({ da: 'Alder på modellens data', en: 'Age of the features' }, 'seconds', {
            of: 'feature_age_seconds',
            limit: 3600,
          }),
        },
      }),
    },
    ...predictionLost,
  },
};

export const dataSolutions: Solutions = {
  bi: {
    title: { da: 'BI og datagovernance', en: 'BI and data governance' },
    criticality: 'supporting',
    data: 'personal',
    needs: ['report-1', 'network-services', { on: 'identity', effect: 'degrades' }],
    promises: [{ objective: 99, window: '30d' }],
    owner: 'insight',
    runbook: 'reports-unavailable',
    firstAction: {
      da: 'Se om det er indlæsningen, varehuset eller rapportserveren, og sig til BI-kontoret, hvad der er gammelt.',
      en: 'See whether it is the load, the warehouse or the report server, and tell the BI office what is old.',
    },
  },
  ai: {
    title: { da: 'AI: risiko for genindlæggelse', en: 'AI: risk of readmission' },
    criticality: 'business-critical',
    data: 'patient',
    needs: [
      { atLeast: 1, of: ['model-1', 'model-2'] },
      'network-services',
      { on: 'features-1', effect: 'degrades' },
      { on: 'epj', effect: 'degrades' },
    ],
    promises: [{ objective: 99.5, window: '30d' }],
    owner: 'insight',
    runbook: 'prediction-unavailable',
    firstAction: {
      da: 'Se om data er ældre end en time: så er svaret forkert, selv om det kommer hurtigt.',
      en: 'See whether the features are older than an hour: then the answer is wrong, however fast it comes.',
    },
  },
};
