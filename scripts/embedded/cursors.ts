import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Landscape, VantageId } from '../../infra/landscape/model.ts';
import type { SliceAt } from '../../monitors/history/history.ts';

const fileName = 'agents.json';
const writeEveryMs = 5_000;

const readFrom = (file: string): Record<VantageId, number> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([vantage, minute]) =>
        Number.isSafeInteger(minute) ? [[vantage, Number(minute)] as const] : [],
      ),
    );
  } catch {
    // Lost or never written: what was committed is told again and is the same.
    return {};
  }
};

/**
 * Up to which minute everything of a vantage with an agent is durable: where collecting goes on after a restart. It may
 * lag behind and never runs ahead; what is told again changes nothing.
 */
export const createCursors = (landscape: Landscape, folder: string, wall: () => number) => {
  const file = join(folder, fileName);
  const minutes = readFrom(file);
  const remote = new Set(Object.values(landscape.vantages).flatMap(({ id, agent }) => (agent === null ? [] : [id])));
  let written = Number.NEGATIVE_INFINITY;
  const write = (): void => {
    written = wall();
    writeFileSync(`${file}.new`, JSON.stringify(minutes), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return {
    /** The first minute that is not durable yet; null when nothing was ever collected from there. */
    next: (vantage: VantageId): number | null => {
      const minute = minutes[vantage];
      return minute === undefined ? null : minute + 1;
    },
    committed: (slices: readonly SliceAt[]): void => {
      let moved = false;
      for (const { stream, minute } of slices) {
        const vantage = stream.slice(stream.lastIndexOf('@') + 1);
        if (!remote.has(vantage) || minute <= (minutes[vantage] ?? Number.NEGATIVE_INFINITY)) continue;
        minutes[vantage] = minute;
        moved = true;
      }
      if (moved && Math.abs(wall() - written) > writeEveryMs) write();
    },
    close: (): void => {
      if (remote.size > 0) write();
    },
  };
};
