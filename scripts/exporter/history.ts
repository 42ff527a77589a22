export type Past = {
  readonly id: number;
  readonly module: string;
  readonly target: string;
  readonly success: boolean;
  /** As `debug=true` shows it. */
  readonly text: string;
};

/** The last runs, and beyond them as many failures that would be forgotten. */
export const createHistory = (limit: number) => {
  let next = 0;
  const recent: Past[] = [];
  const failures: Past[] = [];
  const all = (): readonly Past[] => [...failures, ...recent];
  return {
    add: (one: Omit<Past, 'id'>): void => {
      recent.push({ ...one, id: next });
      next += 1;
      if (recent.length <= limit) return;
      const old = recent.shift();
      if (old === undefined || old.success) return;
      failures.push(old);
      if (failures.length > limit) failures.shift();
    },
    all,
    byId: (id: number): Past | null => all().find((one) => one.id === id) ?? null,
    byTarget: (target: string, module: string): Past | null =>
      all().find((one) => one.target === target && (module === '' || one.module === module)) ?? null,
  };
};
export type History = ReturnType<typeof createHistory>;
