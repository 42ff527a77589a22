import { stringify } from 'yaml';
import { file, type Module, module } from './modules.ts';
import type { Finding } from './node.ts';
import { readYaml } from './yaml.ts';

export type Modules = Readonly<Record<string, Module>>;
export type ReadModules = { readonly modules: Modules; readonly findings: readonly Finding[] };

/** Reads a module file of blackbox_exporter. It is good only without findings; then what it refuses, they name. */
export const readModules = (text: string): ReadModules => {
  const { value, findings } = readYaml(text, file);
  return { modules: value.modules, findings };
};

/** As `/config` shows it, without the secrets. */
export const showModules = (modules: Modules): string =>
  stringify(file.show({ modules }) ?? { modules: {} }, { customTags: ['binary'] });
export const showModule = (one: Module): string => stringify(module.show(one) ?? {}, { customTags: ['binary'] });
