import type { Windows } from './form.ts';

export const windows: Windows = {
  'operations-platform': {
    title: { da: 'Driftsplatformens servicevindue', en: 'Service window of the operations platform' },
    // The 1st and 3rd Tuesday, 21:00 to 03:00. What clinicians cannot work without is not taken down together.
    rrule: 'FREQ=MONTHLY;BYDAY=1TU,3TU',
    start: '2026-01-06T21:00',
    lasts: '6h',
    nodes: [
      'mail-1',
      'backup-1',
      'epj-print',
      'kl-display',
      'registry-1',
      'rpa-controller',
      'robot-1',
      'robot-2',
      'robot-3',
      'robot-4',
      'location-1',
      'location-2',
      'dw-1',
      'report-1',
      'features-1',
    ],
  },
};
