/** A page of metrics, read for comparison: help, type and series by name. */
export type Family = { help: string; type: string; readonly series: Map<string, number> };

/** Labels in one order, however they were written. */
const sorted = (labels: string): string =>
  [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)]
    .map(([, name, value]) => `${name}="${value}"`)
    .toSorted()
    .join(',');

export const readPage = (text: string): ReadonlyMap<string, Family> => {
  const families = new Map<string, Family>();
  const of = (name: string): Family => {
    const known = families.get(name) ?? { help: '', type: '', series: new Map<string, number>() };
    families.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'HELP') of(name).help = rest;
    else if (kind === 'TYPE') of(name).type = rest;
    else if (line !== '' && !line.startsWith('#')) {
      const [, series = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      of(series).series.set(sorted(labels), Number(value.replace(/^\+Inf$/, 'Infinity')));
    }
  }
  return families;
};

/** Times differ each time. Of the phases of http it still counts whether there was any. */
const isTime = (name: string): boolean => /_duration_seconds$|_lookup_time_seconds$/.test(name);
const comparable = (name: string, value: number): string => {
  if (name === 'probe_http_duration_seconds') return value > 0 ? 'some time' : '0';
  return isTime(name) ? 'a time' : String(value);
};

const linesOf = (page: ReadonlyMap<string, Family>): ReadonlyMap<string, string> => {
  const lines = new Map<string, string>();
  for (const [name, { help, type, series }] of page) {
    if (name.startsWith('forvarsel_')) continue;
    lines.set(`# ${name}`, `${type} ${help}`);
    for (const [labels, value] of series) lines.set(`${name}{${labels}}`, comparable(name, value));
  }
  return lines;
};

/** What is not the same of two answers: theirs, then ours. */
export const differences = (
  theirs: { readonly status: number; readonly text: string },
  ours: { readonly status: number; readonly text: string },
): readonly string[] => {
  if (theirs.status !== ours.status) return [`status ${theirs.status}, not ${ours.status}`];
  if (theirs.status !== 200) return [];
  const [a, b] = [linesOf(readPage(theirs.text)), linesOf(readPage(ours.text))];
  const names = [...new Set([...a.keys(), ...b.keys()])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [a.get(name), b.get(name)];
    if (was === is) return [];
    if (is === undefined) return [`${name} is missing`];
    return was === undefined ? [`${name} is more`] : [`${name} ${was}, not ${is}`];
  });
};
