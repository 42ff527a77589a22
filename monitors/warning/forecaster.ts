import type { Series } from '../picture.ts';
import { type At, canForecast, etaOf, type Forecast } from './trend.ts';
import type { Toward } from './trend-series.ts';

export type Outlook = Forecast | 'steady' | 'unknown';
type Kept = { readonly newest: number; readonly limit: number; readonly outlook: Outlook };

/** Fewer numbers cannot tell a slow climb from none: after a restart they must resolve nothing. */
const fewestForSteady = 30;

/** Forecasts by series, made anew only when a number has come: a line costs half a millisecond, and judging is every second. */
export const createForecaster = () => {
  const kept = new WeakMap<Series, Kept>();
  return (series: Series, toward: Toward, at: At): Outlook => {
    const newest = series.at.at(-1) ?? Number.NaN;
    const before = kept.get(series);
    if (before?.newest === newest && before.limit === toward.limit) return before.outlook;
    const outlook =
      etaOf(series, toward, at) ??
      (series.at.length >= fewestForSteady && canForecast(series, at) ? 'steady' : 'unknown');
    kept.set(series, { newest, limit: toward.limit, outlook });
    return outlook;
  };
};
export type Forecaster = ReturnType<typeof createForecaster>;
