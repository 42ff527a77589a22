#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What was stripped of its types once is kept: without it every thread loads the compiler for itself, 30 MB each.
// Beside our packages, and not in a folder of everybody's: whoever could write there could tell us what to do.
const folder = fileURLToPath(new URL('../node_modules/.cache/forvarsel', import.meta.url));
enableCompileCache(folder);
process.env['NODE_COMPILE_CACHE'] ??= folder;

await import('./main.ts');
