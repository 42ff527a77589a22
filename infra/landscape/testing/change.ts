export type Place = readonly (string | number)[];

/** Removes instead of setting. */
export const gone = Symbol('gone');

/** A deep copy with some values set or removed. */
export const changed = (base: unknown, ...changes: readonly (readonly [Place, unknown])[]): unknown => {
  const copy = structuredClone(base);
  for (const [path, value] of changes) {
    const key = path.at(-1) ?? '';
    // Tests name places that are there.
    let at = copy as Record<string | number, unknown>;
    for (const part of path.slice(0, -1)) {
      if (typeof at[part] !== 'object' || at[part] === null) at[part] = {};
      at = at[part] as Record<string | number, unknown>;
    }
    if (value === gone) delete at[key];
    else at[key] = value;
  }
  return copy;
};
