import type { Agent } from '../../infra/landscape/model.ts';
import { readTarget } from '../../probes/targets.ts';
import type { Way } from './fetch.ts';

/** What it takes to come to an agent, read from where the landscape says; or everything that is in the way. */
export const readWay = (
  agent: Agent,
  folder: string,
): { readonly way: Way } | { readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const read = (target: Parameters<typeof readTarget>[0] | null): string | null => {
    if (target === null) return null;
    const found = readTarget(target, folder);
    if ('text' in found) return found.text;
    problems.push(found.problem);
    return null;
  };
  const token = read(agent.token);
  const certificate = read(agent.client?.certificate ?? null);
  const key = read(agent.client?.key ?? null);
  const trust = read(agent.trust);
  if (problems.length > 0) return { problems };
  return {
    way: { url: agent.url, token, trust, client: certificate === null || key === null ? null : { certificate, key } },
  };
};
