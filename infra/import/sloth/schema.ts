import { z } from 'zod';
import type { Path } from '../../landscape/findings.ts';
import { words } from '../../landscape/written.ts';
import { isObject } from '../entries.ts';
import type { Entry } from '../model.ts';

/** Sloth's own pattern; its ids are made of names. */
const name = z.string({ error: 'a name' }).regex(/^[A-Za-z0-9][-A-Za-z0-9_.]*[A-Za-z0-9]$/, {
  error: "a name of letters, digits, '.', '_' and '-', that begins and ends with a letter or digit",
});
/** A number and a switch are taken as they are written, as the reader of Kubernetes takes them. */
const value = z.union([words, z.number(), z.boolean()], { error: 'a text' }).transform(String);
const labels = z.record(z.string(), value).optional();
/** What is told and not understood. */
const anything = z.unknown().optional();
const alert = z.strictObject({ disable: z.boolean().optional(), labels, annotations: labels }).optional();

/** A spec of Sloth v1, `prometheus/v1`. */
export const slothSchema = z.strictObject({
  version: z.literal('prometheus/v1'),
  service: name,
  labels,
  slo_plugins: anything,
  slos: z
    .array(
      z.strictObject({
        name,
        description: z.string().optional(),
        objective: z
          .number({ error: 'a percentage' })
          .gt(0, { error: 'a percentage above 0' })
          .max(100, { error: 'a percentage of at most 100' }),
        labels,
        plugins: anything,
        sli: z.strictObject({
          events: z.strictObject({ error_query: words, total_query: words }).optional(),
          raw: z.strictObject({ error_ratio_query: words }).optional(),
          plugin: z.strictObject({ id: words, options: z.record(z.string(), z.string()).optional() }).optional(),
        }),
        alerting: z
          .strictObject({
            name: z.string().optional(),
            labels,
            annotations: labels,
            page_alert: alert,
            ticket_alert: alert,
          })
          .optional(),
      }),
    )
    .min(1, { error: 'at least one objective' }),
});
export type SlothFile = z.output<typeof slothSchema>;

/** How the custom resource of Kubernetes spells the same keys. */
const camel: Readonly<Record<string, string>> = {
  slo_plugins: 'sloPlugins',
  error_query: 'errorQuery',
  total_query: 'totalQuery',
  error_ratio_query: 'errorRatioQuery',
  page_alert: 'pageAlert',
  ticket_alert: 'ticketAlert',
};
const snake = Object.fromEntries(Object.entries(camel).map(([ours, theirs]) => [theirs, ours]));
/** Whose keys are words of the user. */
const free = new Set(['labels', 'annotations', 'options']);

const respelled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(respelled);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [snake[key] ?? key, free.has(key) ? inner : respelled(inner)]),
  );
};

/** `PrometheusServiceLevel` as if it had been written as `prometheus/v1`; places are told as they stand in the file. */
export const fromKubernetes = (entry: Entry): Entry => {
  const spec = isObject(entry.raw) ? entry.raw['spec'] : undefined;
  const there = (path: Path): Path => ['spec', ...path.map((part) => camel[part] ?? part)];
  return {
    raw: isObject(spec) ? { version: 'prometheus/v1', ...(respelled(spec) as object) } : spec,
    finding: (problem) => entry.finding({ ...problem, path: there(problem.path) }),
    unsaid: (path, reason, detail) => entry.unsaid(there(path), reason, detail),
  };
};
