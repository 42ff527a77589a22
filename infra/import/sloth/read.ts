import { type Finding, type Path, problem } from '../../landscape/findings.ts';
import { said } from '../../landscape/validate/say.ts';
import { formed, wordOf } from '../entries.ts';
import type { Entry, Unsaid } from '../model.ts';
import { fromGoTemplate } from '../queries.ts';
import { type SlothAlert, type SlothSlo, slothIdOf } from './model.ts';
import { fromKubernetes, type SlothFile, slothSchema } from './schema.ts';

/** An objective of a spec, with where it stands there. */
export type SlothObjective = {
  readonly entry: Entry;
  readonly path: Path;
  readonly description: string | null;
  readonly slo: SlothSlo;
  /** Null where nothing but its rules are wanted of it. */
  readonly file: SlothFile;
};
export type SlothRead = {
  readonly objectives: readonly SlothObjective[];
  readonly findings: readonly Finding[];
  readonly unsaid: readonly Unsaid[];
};

type Written = SlothFile['slos'][number];
type Telling = { readonly entry: Entry; readonly path: Path; readonly tell: (finding: Finding) => void };

const queryOf = (query: string, keys: Path, { entry, path, tell }: Telling): string => {
  const read = fromGoTemplate(query);
  const at = [...path, 'sli', ...keys];
  const wrong = (expected: string, remedy: string) =>
    tell(entry.finding(problem('bad-value', at, { expected, got: said(query), remedy })));
  if (read === null) wrong('no template but {{.window}}', 'write the query out');
  else if (!read.includes('{{window}}')) wrong('a query over [{{.window}}]', 'write its range as [{{.window}}]');
  return read ?? query;
};

const sliOf = ({ sli: { events, raw, plugin } }: Written, telling: Telling): SlothSlo['sli'] | null => {
  const { entry, path, tell } = telling;
  const wrong = (got: string) => {
    const expected = 'one of events, raw and plugin';
    tell(entry.finding(problem('bad-value', [...path, 'sli'], { expected, got, remedy: 'keep one of them' })));
  };
  const given = [events, raw, plugin].filter((one) => one !== undefined).length;
  if (given !== 1) wrong(given === 0 ? 'none' : 'several');
  if (events !== undefined) {
    const { error_query: error, total_query: total } = events;
    if (error === total)
      tell(
        entry.finding(
          problem('bad-value', [...path, 'sli', 'events', 'error_query'], {
            expected: 'a query of the bad ones alone',
            got: 'that of all of them',
            remedy: 'write what is bad',
          }),
        ),
      );
    return {
      kind: 'events',
      error: queryOf(error, ['events', 'error_query'], telling),
      total: queryOf(total, ['events', 'total_query'], telling),
    };
  }
  return raw === undefined
    ? null
    : { kind: 'raw', errorRatio: queryOf(raw.error_ratio_query, ['raw', 'error_ratio_query'], telling) };
};

const alertOf = ({ alerting = {} }: Written, which: 'page_alert' | 'ticket_alert'): SlothAlert | null => {
  const own = alerting[which] ?? {};
  if (own.disable === true) return null;
  return {
    name: alerting.name ?? '',
    labels: { ...alerting.labels, ...own.labels },
    annotations: { ...alerting.annotations, ...own.annotations },
  };
};

const named = ({ page, ticket }: Pick<SlothSlo, 'page' | 'ticket'>, { entry, path, tell }: Telling): void => {
  if ((page ?? ticket) === null || (page ?? ticket)?.name !== '') return;
  const said = { expected: 'a name for its alerts', got: 'none', remedy: 'name them, or disable both' };
  tell(entry.finding(problem('missing', [...path, 'alerting', 'name'], said)));
};

const specOf = (entry: Entry): SlothSlo['spec'] =>
  wordOf(entry.raw, 'version') === null ? 'sloth.slok.dev/v1' : 'prometheus/v1';

/** Every objective of one spec; what a plugin would make of it is told as unsaid. */
const readOne = (given: Entry, windowMs: number): SlothRead => {
  const spec = specOf(given);
  const { rest, ...told } = formed(slothSchema, spec === 'prometheus/v1' ? given : fromKubernetes(given));
  const findings = [...told.findings];
  const unsaid = [...told.unsaid];
  if (rest === null) return { objectives: [], findings, unsaid };
  const { value: file, entry, isWhole } = rest;
  if (file.slo_plugins !== undefined) unsaid.push(entry.unsaid(['slo_plugins'], 'rules-plugin'));
  const seen = new Set<string>();
  const objectives = file.slos.flatMap((written, index): readonly SlothObjective[] => {
    const path = ['slos', index];
    // What depends on a malformed part is not judged.
    if (!isWhole(path)) return [];
    const telling: Telling = { entry, path, tell: (finding) => void findings.push(finding) };
    const id = slothIdOf({ service: file.service, name: written.name });
    if (seen.has(id))
      telling.tell(
        entry.finding(
          problem('duplicate-id', [...path, 'name'], {
            expected: 'each name once',
            got: said(written.name),
            remedy: 'rename one of the two',
          }),
        ),
      );
    seen.add(id);
    const sli = sliOf(written, telling);
    const [page, ticket] = [alertOf(written, 'page_alert'), alertOf(written, 'ticket_alert')];
    named({ page, ticket }, telling);
    if (written.plugins !== undefined) unsaid.push(entry.unsaid([...path, 'plugins'], 'rules-plugin'));
    if (written.sli.plugin !== undefined) unsaid.push(entry.unsaid([...path, 'sli', 'plugin'], 'plugin'));
    if (sli === null) return [];
    const { name, objective, description = null } = written;
    const labels = { ...file.labels, ...written.labels };
    const slo = { spec, service: file.service, name, objective, windowMs, sli, labels, page, ticket };
    return [{ entry, path, description, slo, file }];
  });
  return { objectives, findings, unsaid };
};

/** Sloth v1 in both its spellings; how long a period is, Sloth is told when it runs. */
export const readSloth = (entries: readonly Entry[], windowMs: number): SlothRead => {
  const read = entries.map((entry) => readOne(entry, windowMs));
  return {
    objectives: read.flatMap(({ objectives }) => objectives),
    findings: read.flatMap(({ findings }) => findings),
    unsaid: read.flatMap(({ unsaid }) => unsaid),
  };
};
