import { cpus, totalmem } from 'node:os';

/** What a figure was measured on; ratios within one run are what counts, for machines are noisy. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
};

/** Milliseconds a step takes: median and worst of several runs. */
export const timed = (
  runs: number,
  step: (run: number) => void,
): { readonly median: number; readonly worst: number } => {
  const took: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const began = performance.now();
    step(run);
    took.push(performance.now() - began);
  }
  return { median: quantile(took, 0.5), worst: Math.max(...took) };
};

export const row = (name: string, ...cells: readonly (string | number)[]): void =>
  console.log(
    `| ${[name, ...cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 10 ? 2 : 0) : cell))].join(' | ')} |`,
  );
