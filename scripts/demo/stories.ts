import type { Place } from './network.ts';

export type Text = { readonly da: string; readonly en: string };
export type Phase = 'begins' | 'fault' | 'worse' | 'recovery' | 'ends';

/** What a story may change: listeners, certificates, delays, loads, disks. Machines by their short names. */
export type Controls = {
  readonly kill: (name: string) => Promise<void>;
  readonly revive: (name: string) => Promise<void>;
  /** The place loses every machine that stands there. */
  readonly cut: (place: Place, stands: Place) => Promise<void>;
  readonly mend: (place: Place) => Promise<void>;
  /** New certificates that last so many seconds; null is the usual 90 days. */
  readonly renew: (names: readonly string[], lastsSeconds: number | null) => Promise<void>;
  /** A named number goes to a value: `delay:<machine>` in ms, `connections:<database>`, `nightly` in messages a second. */
  readonly ramp: (name: string, to: number, overSeconds?: number) => void;
  readonly grow: (disk: string, sharePerSecond: number) => void;
  readonly free: (disk: string, share: number) => void;
};

export type Step = {
  /** Seconds after the story begins. */
  readonly at: number;
  /** Null for what belongs to an ordinary day and is not told. */
  readonly phase: 'fault' | 'worse' | 'recovery' | null;
  readonly text: Text;
  readonly act: (controls: Controls) => Promise<void> | void;
};
export type Story = {
  readonly name: StoryName;
  readonly title: Text;
  readonly tells: Text;
  readonly steps: readonly Step[];
  /** Seconds from beginning to end. */
  readonly lasts: number;
};
/** What is told while a story plays. */
export type Moment = { readonly name: StoryName; readonly phase: Phase; readonly at: number; readonly text: Text };

export const storyNames = [
  'database-nodes',
  'disk-fills',
  'certificate-ends',
  'latency-creeps',
  'routes-lost',
  'ordinary-day',
] as const;
export type StoryName = (typeof storyNames)[number];

const quiet: Text = { da: '', en: '' };
const unseen = (at: number, act: Step['act']): Step => ({ at, phase: null, text: quiet, act });

const databaseNodes: Story = {
  name: 'database-nodes',
  title: { da: 'To databasenoder, den ene efter den anden', en: 'Two database nodes, one after the other' },
  tells: {
    da: 'Den ene af journalens to databasenoder stopper, siden også den anden.',
    en: 'One of the record’s two database nodes stops, and later the other.',
  },
  lasts: 90,
  steps: [
    {
      at: 15,
      phase: 'fault',
      text: { da: 'epj-db-1 stopper; alt virker stadig.', en: 'epj-db-1 stops; everything still works.' },
      act: ({ kill }) => kill('epj-db-1'),
    },
    {
      at: 45,
      phase: 'worse',
      text: { da: 'epj-db-2 stopper også; journalen er nede.', en: 'epj-db-2 stops as well; the record is down.' },
      act: ({ kill }) => kill('epj-db-2'),
    },
    {
      at: 70,
      phase: 'recovery',
      text: { da: 'Begge databasenoder er tilbage.', en: 'Both database nodes are back.' },
      act: async ({ revive }) => {
        await revive('epj-db-1');
        await revive('epj-db-2');
      },
    },
  ],
};

const boardDisks = ['kl-db-1', 'kl-db-2'] as const;
const diskFills: Story = {
  name: 'disk-fills',
  title: { da: 'En disk løber fuld', en: 'A disk fills up' },
  tells: {
    da: 'En replikeret log vokser uden ophør på begge databasenoder under Klinisk Logistik.',
    en: 'A replicated log grows without end on both database nodes under Klinisk Logistik.',
  },
  lasts: 165,
  steps: [
    {
      at: 12,
      phase: 'fault',
      text: {
        da: 'Loggen begynder at vokse: 0,5 % af disken i sekundet.',
        en: 'The log begins to grow: 0.5 % of the disk each second.',
      },
      act: ({ grow }) => {
        for (const disk of boardDisks) grow(disk, 0.005);
      },
    },
    {
      at: 113,
      phase: 'worse',
      text: { da: 'Diskene er fulde; tavlerne kan ikke skrive.', en: 'The disks are full; the boards cannot write.' },
      act: () => undefined,
    },
    {
      at: 140,
      phase: 'recovery',
      text: { da: 'Loggen er ryddet; der er plads igen.', en: 'The log is cleared; there is room again.' },
      act: ({ grow, free }) => {
        for (const disk of boardDisks) {
          grow(disk, 0);
          free(disk, 0.5);
        }
      },
    },
  ],
};

const portal = ['portal', 'portal-1', 'portal-2'] as const;
const certificateEnds: Story = {
  name: 'certificate-ends',
  title: { da: 'Et certifikat udløber', en: 'A certificate ends' },
  tells: {
    da: 'Patientportalens certifikater fornyes forkert og udløber om halvandet minut.',
    en: 'The patient portal’s certificates are renewed wrongly and end in little more than a minute.',
  },
  lasts: 130,
  steps: [
    {
      at: 10,
      phase: 'fault',
      text: {
        da: 'De forkerte certifikater tages i brug; de gælder i 75 s.',
        en: 'The wrong certificates go live; they last 75 s.',
      },
      act: ({ renew }) => renew(portal, 75),
    },
    {
      at: 85,
      phase: 'worse',
      text: {
        da: 'Certifikaterne er udløbet; borgerne afvises.',
        en: 'The certificates have ended; citizens are turned away.',
      },
      act: () => undefined,
    },
    {
      at: 108,
      phase: 'recovery',
      text: { da: 'Rigtige certifikater er på plads.', en: 'Proper certificates are in place.' },
      act: ({ renew }) => renew(portal, null),
    },
  ],
};

const profiles = ['profile-1', 'profile-2'] as const;
const latencyCreeps: Story = {
  name: 'latency-creeps',
  title: { da: 'Svartiden kryber opad', en: 'Latency creeps up' },
  tells: {
    da: 'KITA’s profillagre bliver langsommere og langsommere, og pålogning ved sengen med dem.',
    en: 'KITA’s profile stores grow slower and slower, and bedside sign-on with them.',
  },
  lasts: 150,
  steps: [
    unseen(0, ({ ramp }) => {
      for (const store of profiles) ramp(`delay:${store}`, 50, 3);
    }),
    {
      at: 12,
      phase: 'fault',
      text: { da: 'Profillagrene begynder at sløves.', en: 'The profile stores begin to slow down.' },
      act: ({ ramp }) => {
        for (const store of profiles) ramp(`delay:${store}`, 1_600, 105);
      },
    },
    {
      at: 92,
      phase: 'worse',
      text: {
        da: 'Pålogning tager over ét sekund; folk giver op.',
        en: 'Signing on takes more than a second; people give up.',
      },
      act: () => undefined,
    },
    {
      at: 125,
      phase: 'recovery',
      text: {
        da: 'Profillagrene er genstartet, ét ad gangen.',
        en: 'The profile stores are restarted, one at a time.',
      },
      act: async ({ kill, revive, ramp }) => {
        for (const store of profiles) {
          await kill(store);
          ramp(`delay:${store}`, 0);
          await revive(store);
        }
      },
    },
  ],
};

const routesLost: Story = {
  name: 'routes-lost',
  title: { da: 'Et hospital mister sine ruter', en: 'A hospital loses its routes' },
  tells: {
    da: 'Randers mister den ene af to ruter til datacenter Aarhus, siden den sidste.',
    en: 'Randers loses one of its two routes to the Aarhus datacenter, later the last one.',
  },
  lasts: 105,
  steps: [
    {
      at: 15,
      phase: 'fault',
      text: {
        da: 'Rute a mellem Randers og Aarhus er væk; rute b bærer alt.',
        en: 'Route a between Randers and Aarhus is gone; route b carries everything.',
      },
      act: ({ kill }) => kill('route-randers-aarhus-a'),
    },
    {
      at: 45,
      phase: 'worse',
      text: {
        da: 'Rute b er også væk; Randers når intet i Aarhus.',
        en: 'Route b is gone as well; Randers reaches nothing in Aarhus.',
      },
      act: async ({ kill, cut }) => {
        await kill('route-randers-aarhus-b');
        await cut('randers', 'aarhus');
      },
    },
    {
      at: 78,
      phase: 'recovery',
      text: { da: 'Begge ruter er tilbage.', en: 'Both routes are back.' },
      act: async ({ revive, mend }) => {
        await mend('randers');
        await revive('route-randers-aarhus-a');
        await revive('route-randers-aarhus-b');
      },
    },
  ],
};

const busy = ['epj-web-1', 'epj-web-2', 'profile-1', 'profile-2', 'kl-app-1', 'kl-app-2'] as const;
const ordinaryDay: Story = {
  name: 'ordinary-day',
  title: { da: 'En almindelig dag', en: 'An ordinary day' },
  tells: {
    da: 'Støj, gentagne forsøg, en natlig kørsel, en oprydning og en hurtig genstart; intet at advare om.',
    en: 'Noise, retries, a nightly load, a clean-up and a quick restart; nothing to warn of.',
  },
  lasts: 120,
  steps: [
    // Loads rise fast, flatten, and fall: to less than half of every limit.
    unseen(10, ({ ramp }) => {
      for (const machine of busy) ramp(`delay:${machine}`, 200, 12);
      ramp('connections:epj-db-1', 40, 12);
      ramp('nightly', 700);
      ramp('nightly', 0, 25);
    }),
    unseen(12, ({ grow }) => grow('epj-db-2', 0.002)),
    unseen(22, ({ ramp }) => {
      for (const machine of busy) ramp(`delay:${machine}`, 330, 25);
      ramp('connections:epj-db-1', 55, 25);
    }),
    unseen(32, ({ free }) => free('epj-db-2', 0.4)),
    unseen(52, ({ free }) => free('epj-db-2', 0.4)),
    unseen(55, ({ ramp }) => {
      for (const machine of busy) ramp(`delay:${machine}`, 0, 30);
      ramp('connections:epj-db-1', 0, 30);
    }),
    unseen(72, ({ free, grow }) => {
      free('epj-db-2', 0.4);
      grow('epj-db-2', 0);
    }),
    unseen(90, ({ kill }) => kill('session-2')),
    unseen(90.6, ({ revive }) => revive('session-2')),
  ],
};

/** The six stories, told over real sockets in real time. */
export const stories: Readonly<Record<StoryName, Story>> = {
  'database-nodes': databaseNodes,
  'disk-fills': diskFills,
  'certificate-ends': certificateEnds,
  'latency-creeps': latencyCreeps,
  'routes-lost': routesLost,
  'ordinary-day': ordinaryDay,
};
