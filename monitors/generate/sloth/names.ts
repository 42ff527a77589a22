/** Every name that Sloth 0.16 gives: its groups, its series and its labels. Dashboards and routes are built on them. */
export const groupNames = {
  sli: (id: string) => `sloth-slo-sli-recordings-${id}`,
  meta: (id: string) => `sloth-slo-meta-recordings-${id}`,
  alerts: (id: string) => `sloth-slo-alerts-${id}`,
} as const;

export const series = {
  error: (window: string) => `slo:sli_error:ratio_rate${window}`,
  objective: 'slo:objective:ratio',
  budget: 'slo:error_budget:ratio',
  period: 'slo:time_period:days',
  burnNow: 'slo:current_burn_rate:ratio',
  burnOverPeriod: 'slo:period_burn_rate:ratio',
  budgetLeft: 'slo:period_error_budget_remaining:ratio',
  info: 'sloth_slo_info',
} as const;

export const labels = {
  id: 'sloth_id',
  slo: 'sloth_slo',
  service: 'sloth_service',
  window: 'sloth_window',
  severity: 'sloth_severity',
  version: 'sloth_version',
  mode: 'sloth_mode',
  spec: 'sloth_spec',
  objective: 'sloth_objective',
} as const;
