import type { Text } from './model.ts';

export type Severity = 'error' | 'warning';
export type Path = readonly (string | number)[];

export type Finding = {
  readonly code: string;
  readonly severity: Severity;
  readonly path: Path;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;
};

/**
 * What a code can be told from: a value alone, a whole entry (a site, a component, …), or the whole landscape. Where
 * the form of something is wrong, what depends on the broken part is not judged: a finding must be true.
 */
export type Reach = 'value' | 'entry' | 'whole';
type Kind = { readonly severity: Severity; readonly reach: Reach; readonly meaning: Text };
const error = (reach: Reach, en: string, da: string): Kind => ({ severity: 'error', reach, meaning: { da, en } });
const warning = (reach: Reach, en: string, da: string): Kind => ({ severity: 'warning', reach, meaning: { da, en } });

/**
 * Every code there is; codes are stable. An error means that the estate could not be judged truly: nothing is started.
 * A warning means that something works less well than it looks.
 */
export const findingCodes = {
  'file-missing': error('value', 'There is no landscape at the path.', 'Der er intet landskab på stien.'),
  'file-kind': error('value', 'The file is of a kind that cannot be read.', 'Filen er af en art, der ikke kan læses.'),
  syntax: error('value', 'The file is not well formed.', 'Filen er ikke velformet.'),
  'module-failed': error('value', 'The module failed while it was loaded.', 'Modulet fejlede under indlæsning.'),
  'no-default-export': error('value', 'The module has no default export.', 'Modulet har ingen default export.'),

  'unknown-key': error('value', 'A key that means nothing here.', 'En nøgle, der intet betyder her.'),
  'wrong-type': error('value', 'A value of the wrong type.', 'En værdi af forkert type.'),
  'bad-value': error('value', 'A value that is not among the allowed.', 'En værdi, der ikke er blandt de tilladte.'),
  missing: error('value', 'Something required is missing.', 'Noget påkrævet mangler.'),
  'bad-duration': error('value', 'A duration that cannot be read.', 'En varighed, der ikke kan læses.'),
  'bad-id': error('value', 'An id that is not kebab-case.', 'Et id, der ikke er kebab-case.'),

  'duplicate-id': error('value', 'One id for two things.', 'Ét id til to ting.'),
  'dangling-need': error('value', 'A need of something that is not there.', 'Et behov for noget, der ikke findes.'),
  'dangling-place': error(
    'value',
    'Stands on a site, cluster or host that is not there.',
    'Står på et sted, en klynge eller en vært, der ikke findes.',
  ),
  'one-place': error(
    'entry',
    'Stands on nothing, or on more than one thing.',
    'Står på ingenting eller på mere end én ting.',
  ),
  'dangling-team': error('value', 'An owner that is no team.', 'En ejer, der ikke er et hold.'),
  'dangling-vantage': error('value', 'Runs from a place without a vantage.', 'Kører fra et sted uden målepunkt.'),
  'dangling-site-of-use': error('value', 'Used at a site that is not there.', 'Bruges på et sted, der ikke findes.'),
  'dangling-route': error('value', 'A route to no other site.', 'En vej til intet andet sted.'),
  'dangling-patient': error('value', 'A test patient nobody has agreed to.', 'En testpatient, som ingen har aftalt.'),
  'dangling-window-node': error(
    'value',
    'A service window for something that is not there.',
    'Et servicevindue for noget, der ikke findes.',
  ),
  'was-alive': error('value', 'A former id that is in use.', 'Et tidligere id, der er i brug.'),

  'self-need': error('value', 'Something that needs itself.', 'Noget, der har brug for sig selv.'),
  circle: error('value', 'A circle of needs that break each other.', 'En kreds af behov, der vælter hinanden.'),
  'at-least-above': error('value', 'More are needed than there are choices.', 'Der kræves flere, end der er valg.'),
  'at-least-below': error('value', 'Fewer than one are needed.', 'Der kræves færre end én.'),
  'duplicate-choice': error('value', 'The same choice twice.', 'Det samme valg to gange.'),

  'timeout-not-below-interval': error(
    'value',
    'A run may last until the next is due.',
    'En kørsel må vare, til den næste skal begynde.',
  ),
  'interval-too-short': error('value', 'Asked more often than once a second.', 'Spørges oftere end hvert sekund.'),
  'interval-too-long': warning('value', 'Asked more seldom than once an hour.', 'Spørges sjældnere end hver time.'),
  'bad-pattern': error(
    'value',
    'A regular expression that RE2 does not read.',
    'Et regulært udtryk, som RE2 ikke læser.',
  ),
  'bad-target': error('value', 'An address that does not fit its kind.', 'En adresse, der ikke passer til sin art.'),
  'bad-series': error('value', 'A signal read from nothing.', 'Et signal, der læses fra ingenting.'),
  'dangling-signal': error(
    'value',
    'A limit or a promise at a signal that is not there.',
    'En grænse eller et løfte ved et signal, der ikke findes.',
  ),
  'metrics-without-signals': error('entry', 'Numbers are fetched and none is read.', 'Tal hentes, og ingen læses.'),
  'dns-without-query': error('entry', 'A DNS check that asks for nothing.', 'Et DNS-tjek, der ikke spørger om noget.'),
  'not-for-kind': error('value', 'An expectation its kind never checks.', 'En forventning, som arten aldrig prøver.'),
  'too-deep': error(
    'value',
    'A depth its kind cannot reach, which would outweigh what truly reached it.',
    'En dybde, arten ikke kan nå, og som ville veje tungere end det, der nåede den.',
  ),

  'no-vantage': error('whole', 'Nothing is probed from anywhere.', 'Intet prøves nogen steder fra.'),
  'vantage-without-anchors': error(
    'entry',
    'A vantage that cannot prove it is connected, and so never votes.',
    'En målepunkt, der ikke kan vise, at den er forbundet, og derfor aldrig stemmer.',
  ),
  'busy-target': warning(
    'whole',
    'One address is asked so often that watching it is a load.',
    'Én adresse spørges så ofte, at overvågningen selv er en belastning.',
  ),
  'open-agent': error(
    'value',
    'An agent that anyone could read, or answer for.',
    'En agent, som enhver kunne læse eller svare for.',
  ),
  'unwatched-component': warning('entry', 'A component no check judges.', 'En komponent, intet tjek bedømmer.'),
  'in-no-workflow': error(
    'entry',
    'A clinical-critical solution no workflow rests on.',
    'En klinisk-kritisk løsning, ingen arbejdsgang hviler på.',
  ),
  'nothing-to-judge': error('entry', 'Neither needs nor checks.', 'Hverken behov eller tjek.'),
  'one-vantage': warning(
    'entry',
    'A clinical-critical solution seen from one vantage alone.',
    'En klinisk-kritisk løsning set fra kun én målepunkt.',
  ),
  'blind-site': warning('value', 'A site of use without a vantage.', 'Et brugssted uden målepunkt.'),

  'no-owner': error('entry', 'Critical, and nobody owns it.', 'Kritisk, og ingen ejer det.'),
  'no-criticality': warning('entry', 'Nothing says how critical it is.', 'Intet siger, hvor kritisk det er.'),
  'no-first-action': warning(
    'entry',
    'Critical, without a first action or a runbook.',
    'Kritisk, uden første handling eller drejebog.',
  ),
  'no-site-of-use': error('value', 'A workflow that is used nowhere.', 'En arbejdsgang, der ikke bruges nogen steder.'),

  'bad-objective': error('value', 'An objective no month can be held to.', 'Et mål, ingen måned kan holdes op på.'),
  'dangling-check': error('value', 'A promise of a check that is not there.', 'Et løfte om et tjek, der ikke findes.'),
  'check-elsewhere': error(
    'whole',
    'A promise of a check of something it does not need.',
    'Et løfte om et tjek af noget, det ikke har brug for.',
  ),
  'many-indicators': error('value', 'One promise of several things.', 'Ét løfte om flere ting.'),
  'bad-indicator': error('value', 'What cannot be counted so.', 'Noget, der ikke kan tælles sådan.'),
  'bad-slice': error(
    'value',
    'A slice that days or the method cannot be cut in.',
    'En skive, som døgnet eller metoden ikke kan deles i.',
  ),
  'duplicate-promise': error('value', 'The same promise twice.', 'Det samme løfte to gange.'),
  'window-too-short': error('value', 'A promise over less than a day.', 'Et løfte over mindre end et døgn.'),
  'promise-too-tight': warning(
    'whole',
    'More is promised than what it needs promises.',
    'Der loves mere, end det nødvendige lover.',
  ),
  'designed-margin-one': warning(
    'whole',
    'One failure alone breaks a critical workflow.',
    'Én fejl alene vælter en kritisk arbejdsgang.',
  ),

  'mail-without-relay': warning(
    'value',
    'A team is told by mail, and no relay is named.',
    'Et hold får besked pr. mail, og intet relæ er nævnt.',
  ),
  'two-credentials': error('value', 'Two credentials for one door.', 'To sæt adgang til én dør.'),
  'open-engine': warning(
    'value',
    'A credential sent in plain text to the engine.',
    'Adgang til motoren sendes i klartekst.',
  ),

  'plain-secret': error('value', 'A secret in plain text.', 'En hemmelighed i klartekst.'),
  'cpr-like': error('value', 'What looks like a civil registration number.', 'Noget, der ligner et CPR-nummer.'),

  'bad-zone': error('value', 'A time zone that is not there.', 'En tidszone, der ikke findes.'),
  'bad-recurrence': error('value', 'A recurrence that cannot be followed.', 'En gentagelse, der ikke kan følges.'),
  'bad-start': error('value', 'A date or time that is not there.', 'En dato eller et klokkeslæt, der ikke findes.'),
  'start-not-in-rule': warning(
    'value',
    'A service window whose start is no occurrence of it.',
    'Et servicevindue, hvis start ikke er en forekomst af det.',
  ),
  'bad-hours': error('value', 'Service hours without a minute in them.', 'Servicetid uden et minut i sig.'),
  'window-never-ends': error(
    'value',
    'A service window that begins anew before it ends.',
    'Et servicevindue, der begynder forfra, før det slutter.',
  ),
  'window-without-nodes': error('value', 'A service window for nothing.', 'Et servicevindue for ingenting.'),
} satisfies Readonly<Record<string, Kind>>;

export type FindingCode = keyof typeof findingCodes;
/** A finding before anyone has looked up where it stands. */
export type Problem = Omit<Finding, 'code' | 'file' | 'line' | 'column'> & { readonly code: FindingCode };
export type Said = { readonly expected: string; readonly got: string; readonly remedy: string };

export const problem = (code: FindingCode, path: Path, said: Said): Problem => ({
  code,
  severity: findingCodes[code].severity,
  path,
  ...said,
});

/** One line: `file:line:column severity code: expected X, got Y; do Z`. */
export const formatFinding = ({ file, line, column, severity, code, expected, got, remedy }: Finding): string =>
  `${file}:${line}:${column} ${severity} ${code}: expected ${expected}, got ${got}; ${remedy}`;
