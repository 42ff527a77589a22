import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import type { Path } from './findings.ts';

export type Position = { readonly file: string; readonly line: number; readonly column: number };
/** `key` points at the name even of a plain value: where the name itself is what is wrong. */
export type Locate = (path: Path, at: 'key' | 'value') => Position;

type Found = { readonly mark: ts.Node; readonly value: ts.Node };
type Files = Map<string, ts.SourceFile | null>;

const parsed = (files: Files, file: string): ts.SourceFile | null => {
  const known = files.get(file);
  if (known !== undefined) return known;
  let source: ts.SourceFile | null = null;
  try {
    source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  } catch {
    // A file that cannot be read has no positions; the nearest known place stands in.
  }
  files.set(file, source);
  return source;
};

const bare = (node: ts.Node): ts.Node =>
  ts.isParenthesizedExpression(node) ||
  ts.isAsExpression(node) ||
  ts.isSatisfiesExpression(node) ||
  ts.isNonNullExpression(node) ||
  ts.isTypeAssertionExpression(node)
    ? bare(node.expression)
    : node;

const declarationsIn = (source: ts.SourceFile): readonly ts.VariableDeclaration[] =>
  source.statements.flatMap((one) => (ts.isVariableStatement(one) ? [...one.declarationList.declarations] : []));
const constant = (source: ts.SourceFile, name: string): ts.Expression | undefined =>
  declarationsIn(source).find((one) => ts.isIdentifier(one.name) && one.name.text === name)?.initializer;

/** The name and the module that an imported identifier comes from. */
const importOf = (source: ts.SourceFile, name: string): { module: string; name: string } | undefined => {
  for (const one of source.statements) {
    if (!ts.isImportDeclaration(one) || !ts.isStringLiteral(one.moduleSpecifier)) continue;
    const module = one.moduleSpecifier.text;
    if (one.importClause?.name?.text === name) return { module, name: 'default' };
    const bindings = one.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const element = bindings.elements.find((each) => each.name.text === name);
    if (element !== undefined) return { module, name: (element.propertyName ?? element.name).text };
  }
  return undefined;
};

const defaultExport = (source: ts.SourceFile): ts.Expression | undefined =>
  source.statements.find((one): one is ts.ExportAssignment => ts.isExportAssignment(one))?.expression;

/** Follows names (in this file and in relative imports) and single-argument calls such as defineLandscape to a literal. */
const literalOf = (files: Files, node: ts.Node, left = 20): ts.Node => {
  const at = bare(node);
  if (left === 0) return at;
  const source = at.getSourceFile();
  if (ts.isIdentifier(at)) {
    const here = constant(source, at.text);
    if (here !== undefined) return literalOf(files, here, left - 1);
    const from = importOf(source, at.text);
    if (from?.module.startsWith('.') !== true) return at;
    const other = parsed(files, resolve(dirname(source.fileName), from.module));
    const there =
      other === null ? undefined : from.name === 'default' ? defaultExport(other) : constant(other, from.name);
    return there === undefined ? at : literalOf(files, there, left - 1);
  }
  const argument = ts.isCallExpression(at) ? at.arguments[0] : undefined;
  return argument !== undefined && ts.isCallExpression(at) && at.arguments.length === 1
    ? literalOf(files, argument, left - 1)
    : at;
};

const nameOf = (name: ts.PropertyName): string | null =>
  ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : null;

/** The last property of that name wins, as it does when the object is made; a spread is looked through in its place. */
const propertyOf = (files: Files, object: ts.ObjectLiteralExpression, name: string): Found | null => {
  for (const property of [...object.properties].reverse()) {
    if (ts.isSpreadAssignment(property)) {
      const spread = literalOf(files, property.expression);
      const found = ts.isObjectLiteralExpression(spread) ? propertyOf(files, spread, name) : null;
      if (found !== null) return found;
    } else if (ts.isShorthandPropertyAssignment(property) && property.name.text === name) {
      return { mark: property.name, value: property.name };
    } else if (ts.isPropertyAssignment(property) && nameOf(property.name) === name) {
      return { mark: property.name, value: property.initializer };
    }
  }
  return null;
};

/** The elements of a list, spreads of lists laid out; null from where on positions cannot be counted. */
const elementsOf = (files: Files, list: ts.ArrayLiteralExpression): readonly (ts.Node | null)[] =>
  list.elements.flatMap((element): readonly (ts.Node | null)[] => {
    if (!ts.isSpreadElement(element)) return [element];
    const spread = literalOf(files, element.expression);
    return ts.isArrayLiteralExpression(spread) ? elementsOf(files, spread) : [null];
  });

const elementOf = (files: Files, list: ts.ArrayLiteralExpression, index: number): Found | null => {
  const elements = elementsOf(files, list).slice(0, index + 1);
  const element = elements.at(index);
  return elements.includes(null) || element === undefined || element === null
    ? null
    : { mark: element, value: element };
};

/** One step down a path; null where the value is computed and the nearest place above stands in. */
const step = (files: Files, from: ts.Node, part: string | number): Found | null => {
  const literal = literalOf(files, from);
  if (ts.isObjectLiteralExpression(literal)) return propertyOf(files, literal, String(part));
  if (ts.isArrayLiteralExpression(literal)) return elementOf(files, literal, Number(part));
  return null;
};

const isPlain = (node: ts.Node): boolean => !ts.isObjectLiteralExpression(node) && !ts.isArrayLiteralExpression(node);

const positionOf = (node: ts.Node): Position => {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  return { file: source.fileName, line: line + 1, column: character + 1 };
};

/** Finds places by path in the syntax tree of a TypeScript or JavaScript module and the modules it imports. */
export const locateInModule = (file: string): Locate => {
  const files: Files = new Map();
  const source = parsed(files, file);
  const top = source === null ? undefined : defaultExport(source);
  return (path, at) => {
    if (top === undefined) return { file, line: 1, column: 1 };
    let found: Found = { mark: top, value: top };
    let whole = true;
    for (const part of path) {
      const next = step(files, found.value, part);
      whole = next !== null;
      if (next === null) break;
      found = next;
    }
    const onValue = whole && at === 'value' && isPlain(bare(found.value));
    return positionOf(onValue ? found.value : found.mark);
  };
};

/** The relative modules a file imports, itself first, theirs too. */
const modulesOf = (file: string): readonly ts.SourceFile[] => {
  const files: Files = new Map();
  const visit = (at: string): void => {
    if (files.has(at)) return;
    const source = parsed(files, at);
    for (const one of source?.statements ?? [])
      if (
        ts.isImportDeclaration(one) &&
        ts.isStringLiteral(one.moduleSpecifier) &&
        one.moduleSpecifier.text.startsWith('.')
      )
        if (one.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
          visit(resolve(dirname(at), one.moduleSpecifier.text));
  };
  visit(file);
  return [...files.values()].filter((source) => source !== null);
};

export type Mistake = Position & { readonly message: string };

/** What the parser says of the form of a module and those it imports. */
export const mistakesInModule = (file: string): readonly Mistake[] =>
  modulesOf(file).flatMap((source) =>
    (ts.transpileModule(source.text, { fileName: source.fileName, reportDiagnostics: true }).diagnostics ?? []).map(
      ({ start = 0, messageText }) => {
        const { line, character } = source.getLineAndCharacterOfPosition(start);
        const message = ts.flattenDiagnosticMessageText(messageText, ' ');
        return { file: source.fileName, line: line + 1, column: character + 1, message };
      },
    ),
  );

export type Duplicate = Position & { readonly name: string };

/** The names that stand twice in one object literal. */
const duplicatesIn = (object: ts.ObjectLiteralExpression): readonly Duplicate[] => {
  const seen = new Set<string>();
  return object.properties.flatMap((property) => {
    const name = property.name === undefined || ts.isAccessor(property) ? null : nameOf(property.name);
    const again = name !== null && seen.has(name);
    if (name !== null) seen.add(name);
    return again ? [{ ...positionOf(property), name }] : [];
  });
};

/** Names that stand twice in one object literal of a module or those it imports: Node silently loses the first. */
export const duplicatesInModule = (file: string): readonly Duplicate[] => {
  const found: Duplicate[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) found.push(...duplicatesIn(node));
    ts.forEachChild(node, visit);
  };
  for (const source of modulesOf(file)) visit(source);
  return found;
};
