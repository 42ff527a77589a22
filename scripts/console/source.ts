import type { Landscape, NodeId, StreamId, Text } from '../../infra/landscape/model.ts';
import type { DayPlanes, Provenance, StoredEvent } from '../../monitors/history/history.ts';
import type { Picture } from '../../monitors/picture.ts';
import type { Reports } from './push.ts';

export type NumbersWanted = {
  readonly stream: StreamId;
  readonly name: string;
  /** Wall ms. */
  readonly from: number;
  readonly to: number;
};
export type NumberSeen = { readonly at: number; readonly value: number; readonly provenance: Provenance };
type Said = { readonly at: number; readonly text: string } | null;
export type Transcripts = { readonly good: Said; readonly bad: Said };
/** The demo's line: what is being told, what happens in it, what follows. */
export type Story = { readonly title: Text; readonly tells: Text; readonly next: Text };

/** All that the console reads. It changes nothing, and it judges nothing anew. */
export type ConsoleSource = {
  readonly landscape: Landscape;
  /** The newest judged picture; null before the first. */
  readonly picture: () => Picture | null;
  /** Calls back after each new picture; gives the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Minutes of a node's state, the last `days` UTC days. */
  readonly nodeDays: (node: NodeId, days: number) => Promise<readonly DayPlanes[]>;
  readonly numbers: (wanted: NumbersWanted) => Promise<readonly NumberSeen[]>;
  readonly transcripts: (stream: StreamId) => Promise<Transcripts>;
  /** The newest events, newest first. */
  readonly events: (limit: number) => Promise<readonly StoredEvent[]>;
  /** The newest stored picture at or before a time, as JSON; null before the first. */
  readonly pictureAt: (at: number) => Promise<{ readonly at: number; readonly json: string } | null>;
  /** The landscape that was valid at a time; null before the first. */
  readonly landscapeAt: (at: number) => Promise<{ readonly landscape: Landscape } | null>;
  /** Null outside the demo. */
  readonly story: () => Story | null;
  /** A Prometheus text page. */
  readonly metrics: () => Promise<string>;
  readonly probe: (
    params: URLSearchParams,
  ) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;
  /** Whom jobs report to; where nobody listens the route is not there. */
  readonly reports?: Reports;
  /** Wall ms. */
  readonly now: () => number;
};

/** A picture older than this is said to be old on every page, and the process is not ready. */
export const staleAfterMs = 10_000;
