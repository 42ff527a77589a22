import type { Signal } from '../../../infra/landscape/model.ts';
import { optionsOf } from '../../../infra/landscape/options.ts';
import { excerpt } from '../../discretion/redact.ts';
import type { Probe } from '../../observation.ts';
import { type Sample, type Selector, sampleOf, selectorOf, selects } from '../../wire/exposition.ts';
import { ProbeFailure } from '../../wire/failure.ts';
import { fetchAnswer, holdStatus } from '../../wire/http/fetch.ts';
import { measure, type Notes } from '../../wire/measure.ts';

/** A page of metrics may be larger than a page for people. */
const bodyLimit = 4 * 1024 * 1024;

/** Every kind measures these; all others are read from the page. */
const measured = new Set(['duration', 'certificate']);

const samplesIn = (page: string, names: ReadonlySet<string>): readonly Sample[] =>
  page.split('\n').flatMap((line) => {
    // The page may have many thousand series; only the lines of a few are worth taking apart.
    const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
    const sample = name !== undefined && names.has(name) ? sampleOf(line) : null;
    return sample === null ? [] : [sample];
  });

/** The worst of the series a selector names: warning early matters more than which of them it was. */
const worst = ({ direction }: Signal, values: readonly number[]): number =>
  values.reduce((a, b) => (direction === 'rising' ? Math.max(a, b) : Math.min(a, b)));

const selectorFor = ({ of, name }: Signal): Selector => {
  const selector = selectorOf(of);
  if (selector === null)
    throw new ProbeFailure(
      'could-not-run',
      `expected a selector like name{label="value"} for signal ${name}, got ${excerpt(of)}`,
    );
  return selector;
};

type Wanted = { readonly signal: Signal; readonly selector: Selector };

const readPage = (page: string, wanted: readonly Wanted[], notes: Notes): void => {
  const samples = samplesIn(page, new Set(wanted.map(({ selector }) => selector.name)));
  const missing: string[] = [];
  for (const { signal, selector } of wanted) {
    const values = samples
      .filter((sample) => selects(selector, sample) && !Number.isNaN(sample.value))
      .map(({ value }) => value);
    if (values.length === 0) missing.push(signal.of);
    else {
      notes.signal(signal.name, worst(signal, values));
      notes.say(`${signal.name} = ${worst(signal, values)}`);
    }
  }
  if (missing.length > 0)
    throw new ProbeFailure('series-missing', `expected the series ${missing.join(', ')}, got none`);
};

/** Reads the declared signals from a page in the Prometheus text format. What is missing is said, never zero. */
export const metrics: Probe = (aim, context) =>
  measure(aim, context, async (notes) => {
    const wanted = aim.check.signals
      .filter(({ of }) => !measured.has(of))
      .map((signal) => ({ signal, selector: selectorFor(signal) }));
    const options = optionsOf(aim.check, 'metrics');
    await fetchAnswer(aim, options, { context, notes, limit: bodyLimit, whole: true }, (told) => {
      holdStatus(options, told.answer);
      readPage(told.answer.body.toString('utf8'), wanted, told.notes);
    });
    notes.asserted();
  });
