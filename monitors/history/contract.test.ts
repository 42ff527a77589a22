import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { historyContract } from './contract.case.ts';
import { createMemoryHistory } from './memory.ts';
import { openSqlite } from './sqlite.ts';
import { openHistory } from './thread.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-contract-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const nextFile = (): string => {
  files += 1;
  return join(folder, `${files}.db`);
};

historyContract('memory', async () => createMemoryHistory(), { runs: 60 });
historyContract('sqlite', async () => openSqlite(nextFile()), { runs: 25 });
historyContract('thread', () => openHistory(nextFile()), { runs: 5 });
