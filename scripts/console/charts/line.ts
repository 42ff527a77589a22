import { scaleLinear, scaleTime } from 'd3-scale';
import { area, line } from 'd3-shape';
import { html } from 'hono/html';
import type { Signal } from '../../../infra/landscape/model.ts';
import type { Eta } from '../../../monitors/picture.ts';
import { type Markup, nothing } from '../marks.ts';
import type { NumberSeen } from '../source.ts';
import type { Voice } from '../voice.ts';
import { type Bucket, bucketsOf } from './buckets.ts';

export type Drawn = {
  readonly id: string;
  readonly title: string;
  readonly span: string;
  readonly unit: Signal['unit'];
  readonly numbers: readonly NumberSeen[];
  /** Wall ms. */
  readonly from: number;
  readonly to: number;
  readonly limit: number | null;
  readonly eta: Eta | null;
};
type Filled = Bucket & { readonly median: number; readonly highest: number };
const isFilled = (bucket: Bucket): bucket is Filled => bucket.median !== null;

const size = { width: 400, height: 170, left: 52, right: 8, top: 10, bottom: 22 };
const count = 96;

/** The chart reaches ahead to the estimate, but never further than it looks back. */
const endOf = ({ from, to, eta }: Drawn): number =>
  eta === null ? to : Math.min(to + (to - from), Math.max(to, eta.latest ?? eta.at));

const scalesOf = (drawn: Drawn, filled: readonly Filled[]) => {
  const values = [
    ...filled.map(({ highest }) => highest),
    ...filled.map(({ median }) => median),
    ...(drawn.limit === null ? [] : [drawn.limit]),
  ];
  const high = Math.max(...values);
  const low = drawn.unit === 'timestamp' ? Math.min(...values) : Math.min(0, ...values);
  const x = scaleTime([drawn.from, endOf(drawn)], [size.left, size.width - size.right]);
  // Room above, so that the words of the limit stand clear of it.
  const top = high === low ? high + 1 : high + (high - low) * 0.1;
  const y = scaleLinear([low, top], [size.height - size.bottom, size.top]).nice(4);
  return { x, y };
};
type Scales = ReturnType<typeof scalesOf>;

const axes = (voice: Voice, { x, y }: Scales, unit: Signal['unit']): Markup => {
  const [from, to] = x.domain();
  const ends = [
    { at: from, anchor: 'start' },
    { at: to, anchor: 'end' },
  ];
  return html`${y
    .ticks(4)
    .map(
      (tick) =>
        html`<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(tick)}" y2="${y(tick)}" /><text x="${size.left - 5}" y="${y(tick) + 4}" text-anchor="end">${voice.value(tick, unit)}</text>`,
    )}${ends.map(({ at, anchor }) => (at === undefined ? nothing : html`<text x="${x(at)}" y="${size.height - 5}" text-anchor="${anchor}">${voice.clock(at.getTime())}</text>`))}`;
};

const limitLine = (voice: Voice, { y }: Scales, { limit, unit }: Drawn): Markup =>
  limit === null
    ? nothing
    : html`<line class="limit" x1="${size.left}" x2="${size.width - size.right}" y1="${y(limit)}" y2="${y(limit)}" /><text class="limit-text" x="${size.left + 4}" y="${y(limit) - 4}">${voice.words.chart.limit} ${voice.value(limit, unit)}</text>`;

/** The interval of the estimate on the limit, and the way to it from the newest number. */
const etaMark = ({ x, y }: Scales, { eta, limit }: Drawn, newest: Filled): Markup => {
  if (eta === null || limit === null) return nothing;
  const end = x.range()[1] ?? size.width;
  const clamp = (at: number) => Math.min(end, x(at));
  const latest = eta.latest === null ? end : clamp(eta.latest);
  return html`<line class="ahead" x1="${x(newest.from)}" y1="${y(newest.median)}" x2="${clamp(eta.at)}" y2="${y(limit)}" /><line class="eta" x1="${clamp(eta.earliest)}" x2="${latest}" y1="${y(limit)}" y2="${y(limit)}" />`;
};

const table = (voice: Voice, { unit, id }: Drawn, filled: readonly Filled[]): Markup => {
  const { chart } = voice.words;
  const step = Math.max(1, Math.ceil(filled.length / 24));
  const rows = filled.filter((_, index) => (filled.length - 1 - index) % step === 0).reverse();
  return html`<details id="${id}-table"><summary>${chart.table}</summary><p class="soft">${chart.how(count)}</p><div class="scroll" tabindex="0" role="group" aria-label="${chart.table}"><table><thead><tr><th scope="col">${chart.time}</th><th scope="col">${chart.median}</th><th scope="col">${chart.highest}</th></tr></thead><tbody>${rows.map(
    ({ from, median, highest, simulated }) =>
      html`<tr><th scope="row">${voice.clock(from)}</th><td>${voice.value(median, unit)}</td><td>${voice.value(highest, unit)}${simulated ? ` (${voice.words.strip.simulated})` : ''}</td></tr>`,
  )}</tbody></table></div></details>`;
};

const simulatedShade = ({ x }: Scales, filled: readonly Filled[], id: string): Markup => {
  const last = filled.findLast(({ simulated }) => simulated);
  const first = filled.find(({ simulated }) => simulated);
  if (first === undefined || last === undefined) return nothing;
  const width = Math.max(2, x(last.from) - x(first.from));
  return html`<defs><pattern id="${id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-line" d="M0 0v6" /></pattern></defs><rect fill="url(#${id}-hatch)" x="${x(first.from)}" y="${size.top}" width="${width}" height="${size.height - size.top - size.bottom}" />`;
};

/** A number with nothing beside it has no line to be part of. Gaps are never drawn over. */
const lonely = (buckets: readonly Bucket[]): readonly Filled[] =>
  buckets.filter(isFilled).filter(({ from }) => {
    const at = buckets.findIndex((bucket) => bucket.from === from);
    return (buckets[at - 1]?.median ?? null) === null && (buckets[at + 1]?.median ?? null) === null;
  });

/** A median line with a shade up to the highest, the limit and the estimate; said in words, and as a table. */
export const lineChart = (voice: Voice, drawn: Drawn): Markup => {
  const { chart, strip } = voice.words;
  const { id, title, unit } = drawn;
  const buckets = bucketsOf(drawn.numbers, { from: drawn.from, to: drawn.to, count });
  const filled = buckets.filter(isFilled);
  const newest = filled.at(-1);
  if (newest === undefined)
    return html`<figure class="chart"><p><strong>${title}</strong></p><p class="soft">${chart.none}</p></figure>`;
  const scales = scalesOf(drawn, filled);
  const { x, y } = scales;
  const medians = filled.map(({ median }) => median).sort((one, other) => one - other);
  const say = (value: number) => voice.value(value, unit);
  const described = chart.desc(
    drawn.span,
    say(medians[Math.floor(medians.length / 2)] ?? 0),
    say(Math.max(...filled.map(({ highest }) => highest))),
    say(newest.median),
  );
  const defined = (bucket: Bucket) => isFilled(bucket);
  const shade = area<Bucket>()
    .defined(defined)
    .x(({ from }) => x(from))
    .y0(({ median }) => y(median ?? 0))
    .y1(({ highest }) => y(highest ?? 0));
  const middle = line<Bucket>()
    .defined(defined)
    .x(({ from }) => x(from))
    .y(({ median }) => y(median ?? 0));
  return html`<figure class="chart"><figcaption><strong>${title}</strong> <span class="soft">${described}${drawn.limit === null ? '' : ` ${chart.limitAt(say(drawn.limit))}`}</span></figcaption>
  <svg class="line" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-t ${id}-d">
    <title id="${id}-t">${title}</title><desc id="${id}-d">${described}</desc>
    ${simulatedShade(scales, filled, id)}
    ${axes(voice, scales, unit)}
    <path class="shade" d="${shade(buckets) ?? ''}" /><path class="median" d="${middle(buckets) ?? ''}" />
    ${lonely(buckets).map(({ from, median }) => html`<circle class="newest" cx="${x(from)}" cy="${y(median)}" r="1.5" />`)}
    <circle class="newest" cx="${x(newest.from)}" cy="${y(newest.median)}" r="3" />
    ${limitLine(voice, scales, drawn)}${etaMark(scales, drawn, newest)}
  </svg>${filled.some(({ simulated }) => simulated) ? html`<p class="legend"><span class="key"><i class="box box-hatched"></i>${strip.simulated}</span></p>` : nothing}${table(voice, drawn, filled)}</figure>`;
};
