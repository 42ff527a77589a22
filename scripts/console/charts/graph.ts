import { curveBumpX, link } from 'd3-shape';
import { html } from 'hono/html';
import type { NodeId } from '../../../infra/landscape/model.ts';
import { lookMark, lookOf } from '../looks.ts';
import { linkTo, type Markup, nothing, type Tone } from '../marks.ts';
import { nodeIn, pathTo, titleOf, type View } from '../view.ts';
import { type Edge, type Layered, layersOf } from './layers.ts';

const box = { width: 160, height: 38, right: 24, below: 9 };
const letters = 19;

type Place = { readonly x: number; readonly y: number };

/** From the top down, so that a narrow screen opens on the first thing and not on the middle of nothing. */
const placesOf = ({ layers }: Layered): ReadonlyMap<NodeId, Place> =>
  new Map(
    layers.flatMap((layer, column) =>
      layer.map(
        (id, row) => [id, { x: column * (box.width + box.right) + 2, y: row * (box.height + box.below) + 2 }] as const,
      ),
    ),
  );

const short = (title: string): string => (title.length > letters ? `${title.slice(0, letters - 1)}…` : title);

const edgePath = (view: View, places: ReadonlyMap<NodeId, Place>, { from, to, weak }: Edge): Markup => {
  const start = places.get(from);
  const end = places.get(to);
  if (start === undefined || end === undefined) return nothing;
  const draw = link<unknown, readonly [number, number]>(curveBumpX);
  const middle = box.height / 2;
  const path = draw({ source: [start.x + box.width, start.y + middle], target: [end.x, end.y + middle] });
  return html`<path class="edge e-${lookOf(view, to).tone}${weak ? ' weak' : ''}" d="${path ?? ''}" />`;
};

const nodeBox = (view: View, { enough }: Layered, id: NodeId, { x, y }: Place): Markup => {
  const { words } = view.voice;
  const { tone, text, where } = lookOf(view, id);
  const state = where === '' ? text : `${text} ${where}`;
  const title = titleOf(view, id);
  const kind = nodeIn(view, id)?.kind ?? 'component';
  const group = enough.get(id);
  const beneath = group === undefined ? words.kinds[kind] : words.workflow.enough(group.atLeast, group.of);
  // A name must hold what is to be read on the box, or speech control cannot find it.
  const shown = short(title);
  const said = `${shown} ${beneath}: ${state}${shown === title ? '' : ` (${title})`}`;
  return html`<a href="${pathTo(view, id)}" aria-label="${said}"><title>${title}: ${state}</title>
    <rect class="node n-${tone} k-${kind}" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5" />
    <use class="mark t-${tone}" href="#m-${tone}" x="${x + 7}" y="${y + 10}" width="18" height="18" />
    <text class="name" x="${x + 31}" y="${y + 16}">${shown}</text>
    <text class="beneath" x="${x + 31}" y="${y + 30}">${beneath}</text></a>`;
};

/** The layers of what a node stands on, as links; the same follows as a list for those who cannot see it. */
export const graphOf = (view: View, top: NodeId): Markup => {
  const { words } = view.voice;
  const layered = layersOf(view.landscape, top);
  const places = placesOf(layered);
  const ids = [...places.keys()];
  const tones = new Map(ids.map((id) => [id, lookOf(view, id).tone]));
  const count = (wanted: Tone) => ids.filter((id) => tones.get(id) === wanted).length;
  const width = layered.layers.length * (box.width + box.right) - box.right + 4;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + box.height + 4;
  const rank = (id: NodeId) => ['good', 'unknown', 'warn', 'bad'].indexOf(tones.get(id) ?? 'unknown');
  // What is bad is drawn last, so that nothing lies over it.
  const edges = layered.edges.toSorted((one, other) => rank(one.to) - rank(other.to));
  return html`<p class="soft narrow-only">${words.workflow.graphScroll}</p><div class="scroll" tabindex="0" role="group" id="graph-region" aria-label="${words.workflow.graphRegion}">
  <svg class="graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-labelledby="graph-t graph-d">
    <title id="graph-t">${words.workflow.graph}</title><desc id="graph-d">${words.workflow.graphDesc(ids.length, count('bad'), count('unknown'), count('warn'))}</desc>
    ${edges.map((edge) => edgePath(view, places, edge))}
    ${[...places].map(([id, place]) => nodeBox(view, layered, id, place))}
  </svg></div>
  <details id="graph-list"><summary>${words.workflow.graphList}</summary><ol class="layers">${layered.layers.map(
    (layer) =>
      html`<li><ul class="plain">${layer.map((id) => html`<li>${linkTo(view, id)} ${lookMark(view, id)}</li>`)}</ul></li>`,
  )}</ol></details>`;
};
