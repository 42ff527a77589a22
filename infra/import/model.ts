import type { Finding, Path, Problem } from '../landscape/findings.ts';
import type { PromiseInput } from '../landscape/promise.ts';
import type { Reason } from './reasons.ts';

/** What a file says that a landscape has no words for, and why. */
export type Unsaid = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in its document, with dots. */
  readonly path: string;
  readonly reason: Reason;
  /** Stands for `%s` in the reason. */
  readonly detail: string | null;
};

/** One object of a file, with what can be said of the places in it. */
export type Entry = {
  readonly raw: unknown;
  readonly finding: (problem: Problem) => Finding;
  readonly unsaid: (path: Path, reason: Reason, detail?: string) => Unsaid;
};

/** An objective of another tool, in the words of a landscape. */
export type Foreign = {
  readonly entry: Entry;
  /** Where it stands in its entry. */
  readonly path: Path;
  /** As the file has it; `title` is for people. */
  readonly service: { readonly name: string; readonly title: string; readonly path: Path };
  readonly name: string;
  readonly description: string | null;
  readonly promise: PromiseInput;
};

export type Imported = {
  readonly objectives: readonly Foreign[];
  readonly findings: readonly Finding[];
  readonly unsaid: readonly Unsaid[];
};

/** What one reader takes: all objects of its kind in one file, for they may name each other. `window` is for what names none. */
export type Reader = (entries: readonly Entry[], window: string) => Imported;

/** Gathers what is told while a file is read. */
export type Telling = { readonly finding: (finding: Finding) => void; readonly unsaid: (unsaid: Unsaid) => void };
export const createTelling = () => {
  const findings: Finding[] = [];
  const unsaid: Unsaid[] = [];
  const telling: Telling = {
    finding: (one) => void findings.push(one),
    unsaid: (one) => void unsaid.push(one),
  };
  return { telling, findings, unsaid };
};
