import { isMap, type Node } from 'yaml';
import { entriesOf, inside, type Place, positionOf, wrong } from './node.ts';
import { reading, type Shape } from './shape.ts';

/** Any shape: what matters of each is only its own type. */
type Some = { readonly zero: unknown; readonly read: Shape<unknown>['read']; readonly show: (value: never) => unknown };
type Fields = Readonly<Record<string, Some>>;
type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K]['zero'] };
export type Complaint = (key: string, expected: string) => void;
type More<T> = {
  /** What stands for it when nothing is written at all; else all fields as they are by themselves. */
  readonly absent?: Partial<T>;
  /** What only all fields together can tell. */
  readonly rules?: (value: T, complain: Complaint) => void;
  /** What stands for the fields once they have been judged. */
  readonly settled?: (value: T) => T;
};

export const struct = <F extends Fields>(
  fields: F,
  { absent, rules, settled }: More<ValuesOf<F>> = {},
): Shape<ValuesOf<F>> => {
  type T = ValuesOf<F>;
  // Safe: a field is shown only what its own shape has read.
  const table = Object.entries(fields) as unknown as readonly (readonly [string, Shape<unknown>])[];
  // Safe: one value for each field, by its own shape.
  const made = (values: Readonly<Record<string, unknown>>): T =>
    Object.fromEntries(table.map(([name, { zero }]) => [name, Object.hasOwn(values, name) ? values[name] : zero])) as T;
  const zero = made({ ...absent });
  const read = (node: Node, at: Place): T | undefined => {
    if (!isMap(node)) return wrong(node, at, 'a mapping');
    let told = 0;
    const own: Place = {
      ...at,
      tell: (finding) => {
        told += 1;
        at.tell(finding);
      },
    };
    const entries = entriesOf(node, own);
    const values: Record<string, unknown> = {};
    for (const { key, name, value } of entries) {
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (shape === undefined) wrong(key, inside(own, name), `one of ${Object.keys(fields).join(', ')}`);
      else {
        const found = shape.read(value, inside(own, name));
        if (found !== undefined) values[name] = found;
      }
    }
    const value = made(values);
    if (told === 0)
      rules?.(value, (key, expected) => {
        const place = entries.find(({ name }) => name === key)?.key ?? node;
        own.tell({ ...positionOf(place, at), path: [...at.path, key].join('.'), message: `expected ${expected}` });
      });
    return settled?.(value) ?? value;
  };
  const show = (value: T): unknown => {
    const values = value as Readonly<Record<string, unknown>>;
    const shown = table.flatMap(([name, shape]) => {
      const one = shape.show(values[name]);
      return one === undefined ? [] : [[name, one] as const];
    });
    // Go leaves out a struct whose every part is zero, whatever is always shown of it.
    return shown.every(([, one]) => one === false) ? undefined : Object.fromEntries(shown);
  };
  return { zero, read: reading(read), show };
};
