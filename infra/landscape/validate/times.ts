import { occurrences } from '../calendar.ts';
import { formatDuration } from '../duration.ts';
import { type Path, type Problem, problem } from '../findings.ts';
import type { HoursInput } from '../hours.ts';
import type { ServiceWindow } from '../model.ts';
import type { Rule } from './context.ts';
import { list, said } from './say.ts';

const isZone = (zone: string): boolean => {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(zone);
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
};

const wrongZone = (zone: string | undefined, path: Path): readonly Problem[] =>
  zone === undefined || isZone(zone)
    ? []
    : [
        problem('bad-zone', path, {
          expected: "an IANA time zone such as 'Europe/Copenhagen'",
          got: said(zone),
          remedy: 'write the name of the zone, not an offset: clocks change',
        }),
      ];

type WrittenHours = { readonly hours: HoursInput; readonly path: Path };
const hoursIn = ({ input, entries }: Parameters<Rule>[0]): readonly WrittenHours[] => [
  ...Object.entries(input.teams ?? {}).flatMap(([id, { onCall }]) =>
    onCall === 'always' ? [] : [{ hours: onCall, path: ['teams', id, 'onCall'] }],
  ),
  ...entries.flatMap(({ path, written }) =>
    ('promises' in written ? (written.promises ?? []) : []).flatMap(({ during }, index) =>
      during === undefined ? [] : [{ hours: during, path: [...path, 'promises', index, 'during'] }],
    ),
  ),
];

const hours: Rule = (context) => [
  ...wrongZone(context.input.authority.zone, ['authority', 'zone']),
  ...hoursIn(context).flatMap(({ hours: { from, to, zone }, path }) => [
    ...wrongZone(zone, [...path, 'zone']),
    ...(from === to || from === '24:00'
      ? [
          problem('bad-hours', [...path, from === to ? 'to' : 'from'], {
            expected: "hours that last, such as from '07:00' to '22:00'",
            got: `from ${from} to ${to}`,
            remedy: "for the whole day write from '00:00' to '24:00'",
          }),
        ]
      : []),
  ]),
];

const numbers =
  (least: number, most: number, signed = false) =>
  (value: string) =>
    value.split(',').every((one) => {
      if (!/^[+-]?\d+$/.test(one)) return false;
      const size = Math.abs(Number(one));
      return size >= least && size <= most && (signed || !one.startsWith('-'));
    });
const weekday = '(?:MO|TU|WE|TH|FR|SA|SU)';
const like = (pattern: RegExp) => (value: string) => pattern.test(value);

/** The parts of RFC 5545 that are read, each with its form. Finer than hours is no service window. */
const parts: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: like(/^(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)$/),
  INTERVAL: numbers(1, 1000),
  COUNT: numbers(1, 100_000),
  UNTIL: like(/^\d{8}T\d{6}Z$/),
  BYDAY: like(new RegExp(`^(?:[+-]?\\d{1,2})?${weekday}(?:,(?:[+-]?\\d{1,2})?${weekday})*$`)),
  BYMONTH: numbers(1, 12),
  BYMONTHDAY: numbers(1, 31, true),
  BYYEARDAY: numbers(1, 366, true),
  BYWEEKNO: numbers(1, 53, true),
  BYSETPOS: numbers(1, 366, true),
  BYHOUR: numbers(0, 23),
  BYMINUTE: numbers(0, 59),
  WKST: like(new RegExp(`^${weekday}$`)),
};

/** What is wrong with a rule's form; null when nothing is. */
const wrongRule = (rrule: string): string | null => {
  const names = new Set<string>();
  for (const part of rrule.split(';')) {
    const [name = '', value = ''] = part.split('=', 2);
    const fits = parts[name];
    if (fits === undefined || !Object.hasOwn(parts, name))
      return `the part ${said(name)}, which is none of ${list(Object.keys(parts))}`;
    if (names.has(name)) return `${name} twice`;
    if (!fits(value)) return `${name}=${value}`;
    names.add(name);
  }
  return names.has('FREQ') ? null : 'no FREQ';
};

const day = 86_400_000;
/** How far a rule is followed: four years, so that a leap day comes. */
const lookedAt = 4 * 366 * day;
/** How far it is looked at for occurrences that run into each other. */
const compared = 400 * day;

const badRule = (path: Path, got: string): Problem =>
  problem('bad-recurrence', [...path, 'rrule'], {
    expected: "a rule by RFC 5545 such as 'FREQ=MONTHLY;BYDAY=1TU,3TU'",
    got,
    remedy: 'correct it; UNTIL is a time in UTC that ends in Z',
  });

const followed = (window: ServiceWindow, path: Path): readonly Problem[] => {
  const begin = Temporal.PlainDateTime.from(window.start).toZonedDateTime(window.zone).epochMilliseconds;
  const found = occurrences(window, begin, begin + compared);
  const first = found[0] ?? occurrences(window, begin, begin + lookedAt)[0];
  if (first === undefined) return [badRule(path, `${said(window.rrule)}, which never comes`)];
  const again = found.find(({ from }, index) => index > 0 && from <= (found[index - 1]?.to ?? 0));
  return [
    ...(first.from === begin
      ? []
      : [
          problem('start-not-in-rule', [...path, 'start'], {
            expected: 'a start that follows the rule',
            got: `${window.start}; the first occurrence is ${Temporal.Instant.fromEpochMilliseconds(first.from)
              .toZonedDateTimeISO(window.zone)
              .toPlainDateTime()
              .toString({ smallestUnit: 'minute' })}`,
            remedy: 'write the first occurrence as start, if that is meant',
          }),
        ]),
    ...(again === undefined
      ? []
      : [
          problem('window-never-ends', [...path, 'lasts'], {
            expected: 'less than the time to the next occurrence',
            got: formatDuration(window.durationMs),
            remedy: 'shorten it: warnings would be muted without end',
          }),
        ]),
  ];
};

const isDateTime = (text: string): boolean => {
  try {
    Temporal.PlainDateTime.from(text);
    return true;
  } catch {
    return false;
  }
};

const windowProblems = (window: ServiceWindow, path: Path): readonly Problem[] => {
  const wrong = wrongRule(window.rrule);
  const early = [
    ...(isDateTime(window.start)
      ? []
      : [
          problem('bad-start', [...path, 'start'], {
            expected: 'a date and time that exist',
            got: said(window.start),
            remedy: "correct it, such as '2026-01-06T21:00'",
          }),
        ]),
    ...(wrong === null ? [] : [badRule(path, wrong)]),
  ];
  if (early.length > 0 || !isZone(window.zone)) return early;
  try {
    return followed(window, path);
  } catch (error) {
    return [badRule(path, said(error instanceof Error ? error.message : String(error)))];
  }
};

const windows: Rule = ({ input, landscape }) =>
  landscape.windows.flatMap((window) => {
    const path = ['serviceWindows', window.id];
    return [
      ...wrongZone(input.serviceWindows?.[window.id]?.zone, [...path, 'zone']),
      ...windowProblems(window, path),
      ...(window.nodes.length > 0
        ? []
        : [
            problem('window-without-nodes', [...path, 'nodes'], {
              expected: 'at least one node',
              got: 'none',
              remedy: 'name what is maintained, or remove the window',
            }),
          ]),
    ];
  });

/** Times and zones exist. */
export const times: readonly Rule[] = [hours, windows];
