import { html } from 'hono/html';
import type { DayPlanes } from '../../../monitors/history/history.ts';
import { type Markup, nothing } from '../marks.ts';
import type { Voice } from '../voice.ts';
import { type DayMinutes, daysOf, faceOf, totalOf } from './days.ts';

const cell = { width: 12, height: 6, left: 24, top: 4 };
const msPerDay = 86_400_000;

const dayName = (voice: Voice, day: number): string =>
  new Intl.DateTimeFormat(voice.language === 'da' ? 'da-DK' : 'en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
  }).format(day * msPerDay);

/** Hours that follow one another and show the same become one rectangle: a tenth of the shapes. */
const runsOf = ({ hours }: DayMinutes) => {
  const runs: { face: ReturnType<typeof faceOf>; from: number; length: number }[] = [];
  for (const [index, hour] of hours.entries()) {
    const face = faceOf(hour);
    const last = runs.at(-1);
    if (last?.face === face) last.length += 1;
    else runs.push({ face, from: index, length: 1 });
  }
  return runs;
};

const column = (
  voice: Voice,
  day: DayMinutes,
  { index, hatch }: { readonly index: number; readonly hatch: string },
): Markup => {
  const x = cell.left + index * cell.width;
  const { strip } = voice.words;
  const { good, bad, unknown } = day.total;
  const told = `${dayName(voice, day.day)}: ${strip.legend.good} ${good}, ${strip.legend.bad} ${bad}, ${strip.legend.unknown} ${unknown}`;
  return html`<g><title>${told}</title>${runsOf(day).map(
    ({ face, from, length }) =>
      html`<rect class="c-${face}" x="${x}" y="${cell.top + from * cell.height}" width="${cell.width - 1}" height="${length * cell.height - 0.5}" />`,
  )}${day.origin === 'measured' ? nothing : html`<rect fill="url(#${hatch})" x="${x}" y="${cell.top}" width="${cell.width - 1}" height="${24 * cell.height}" />`}</g>`;
};

const table = (voice: Voice, days: readonly DayMinutes[]): Markup => {
  const { strip } = voice.words;
  return html`<table><thead><tr><th scope="col">${strip.day}</th><th scope="col">${strip.legend.good}</th><th scope="col">${strip.legend.bad}</th><th scope="col">${strip.legend.unknown}</th><th scope="col">${strip.notYet}</th><th scope="col">${strip.provenance}</th></tr></thead><tbody>${[
    ...days,
  ]
    .reverse()
    .map(
      ({ day, total, origin }) =>
        html`<tr><th scope="row">${dayName(voice, day)}</th><td>${total.good}</td><td>${total.bad}</td><td>${total.unknown}</td><td>${total.none}</td><td>${strip[origin]}</td></tr>`,
    )}</tbody></table>`;
};

/** Days across, hours down; simulated days are hatched. */
export const dayStrip = (
  voice: Voice,
  of: { readonly id: string; readonly title: string; readonly planes: readonly DayPlanes[] },
): Markup => {
  const { strip } = voice.words;
  const days = daysOf(of.planes);
  if (days.length === 0) return html`<p class="soft">${strip.none}</p>`;
  const { good, bad, unknown } = totalOf(days);
  const width = cell.left + days.length * cell.width + 4;
  const height = cell.top + 24 * cell.height;
  const faces = ['good', 'bad', 'unknown', 'none'] as const;
  const hatch = `hatch-${of.id}`;
  const first = days[0];
  const last = days.at(-1);
  return html`<figure class="chart"><svg class="strip" viewBox="0 0 ${width} ${height + 18}" role="img" aria-labelledby="${of.id}-t ${of.id}-d">
    <title id="${of.id}-t">${of.title}</title>
    <desc id="${of.id}-d">${strip.desc(days.length, voice.number(good), voice.number(bad), voice.number(unknown))}</desc>
    <defs><pattern id="${hatch}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch-line" d="M0 0v5" /></pattern></defs>
    ${[0, 6, 12, 18].map((hour) => html`<text x="${cell.left - 4}" y="${cell.top + hour * cell.height + 8}" text-anchor="end">${String(hour).padStart(2, '0')}</text>`)}
    ${days.map((day, index) => column(voice, day, { index, hatch }))}
    ${first === undefined ? nothing : html`<text x="${cell.left}" y="${height + 13}">${dayName(voice, first.day)}</text>`}
    ${last === undefined || days.length < 8 ? nothing : html`<text x="${width - 4}" y="${height + 13}" text-anchor="end">${dayName(voice, last.day)}</text>`}
  </svg>
  <figcaption class="legend">${faces.map((face) => html`<span class="key"><i class="box c-${face}"></i>${strip.legend[face]}</span>`)}<span class="key"><i class="box box-hatched"></i>${strip.legend.simulated}</span></figcaption>
  <details id="${of.id}-table"><summary>${strip.table}</summary><div class="scroll" tabindex="0" role="group" aria-label="${strip.table}">${table(voice, days)}</div></details></figure>`;
};
