/** A request without the header of Prometheus may take so long. */
const usualSeconds = 120;
/** Node's timers hold no more than 2^31 ms: beyond that they fire at once, and a healthy target would look dead. */
const longestSeconds = 86_400;

/**
 * Seconds a run may take: what the scraper says it waits, less what the way back takes, and no more than the module
 * allows; null when the header is no number.
 */
export const timeoutOf = (
  header: string | undefined,
  { offset, module }: { readonly offset: number; readonly module: number },
): number | null => {
  const said =
    header === undefined || header === ''
      ? 0
      : /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(header)
        ? Number(header)
        : null;
  if (said === null) return null;
  const most = Math.min(longestSeconds, (said === 0 ? usualSeconds : said) - offset);
  return most < 0 || (module > 0 && module < most) ? Math.max(0, module) : most;
};
