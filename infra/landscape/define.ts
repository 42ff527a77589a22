import type { LandscapeInput } from './schema.ts';

/**
 * Declares a landscape: what exists, what needs what, and what was promised. Gives its argument back; the point is that
 * the editor knows the words. `forvarsel validate PATH` tells what the types cannot.
 *
 * @example
 * export default defineLandscape({
 *   authority: { title: 'Region Example', zone: 'Europe/Copenhagen' },
 *   sites: { north: { title: 'Datacenter North', kind: 'on-premises', vantage: { anchors: ['gateway.example:443'] } } },
 * });
 */
export const defineLandscape = (input: LandscapeInput): LandscapeInput => input;
