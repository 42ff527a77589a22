import type { Case } from './case.ts';
import { httpCases } from './http.ts';
import { otherCases } from './others.ts';
import { tlsCases } from './tls.ts';

export const cases: readonly Case[] = [...httpCases, ...tlsCases, ...otherCases];
