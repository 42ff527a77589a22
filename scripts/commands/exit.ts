import type { Finding } from '../../infra/landscape/findings.ts';

/** Exit codes of every command; the README lists them. */
export const exitCodes = { fine: 0, wrong: 1, usage: 2, unreachable: 3, unsafe: 4, fault: 70 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a sentence and a code: something the person can act on, never a stack trace. */
export class Stop extends Error {
  readonly exitCode: ExitCode;
  readonly findings: readonly Finding[];
  constructor(
    exitCode: ExitCode,
    message: string,
    { findings = [], ...options }: { readonly cause?: unknown; readonly findings?: readonly Finding[] } = {},
  ) {
    super(message, options);
    this.name = 'Stop';
    this.exitCode = exitCode;
    this.findings = findings;
  }
}
