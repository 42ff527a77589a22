import { ProbeFailure } from '../failure.ts';
import type { Answer } from './request.ts';

/** More than a page for people has. */
const mostForms = 50;
const mostFields = 500;
const deepest = 500;

type Pair = readonly [name: string, value: string];
export type Form = {
  readonly id: string;
  readonly name: string;
  /** As the page has it; null is the page itself. */
  readonly action: string | null;
  readonly method: string;
  readonly encoding: string;
  /** What a browser would send if nothing were typed in, in order. */
  readonly fields: readonly Pair[];
  /** Of every control that can be filled in, also those that send nothing by themselves. */
  readonly names: ReadonlySet<string>;
  /** Of the same, the type by name: `text`, `password`, `hidden`, … */
  readonly types: ReadonlyMap<string, string>;
  readonly buttons: readonly Pair[];
};
export type Page = { readonly forms: readonly Form[]; readonly base: string | null };

type Attributes = Readonly<Record<string, string>>;
type Control = {
  readonly owner: string | number | null;
  readonly name: string;
  readonly type: string;
  value: string;
};

const silent = new Set(['reset', 'button', 'file']);
const pressed = new Set(['submit', 'image']);
const ticked = new Set(['checkbox', 'radio']);

/** Collects forms while a page is read, tag by tag: time and memory go with the length of the page. */
const createReader = () => {
  const forms: Attributes[] = [];
  const fields: Control[] = [];
  const buttons: Control[] = [];
  const known: Control[] = [];
  let base: string | null = null;
  let depth = 0;
  let open: number | null = null;
  let area: Control | null = null;
  let list: { readonly control: Control; chosen: boolean; empty: boolean } | null = null;
  const controlOf = (attributes: Attributes, value: string, type: string): Control => ({
    owner: attributes['form'] ?? open,
    name: attributes['name'] ?? '',
    type,
    value,
  });
  const keep = (control: Control, into: readonly Control[][]): Control => {
    if (known.length + buttons.length >= mostFields)
      throw new ProbeFailure('answer-too-large', `expected a page of at most ${mostFields} fields, got more`);
    for (const one of into) one.push(control);
    return control;
  };
  const input = (attributes: Attributes): void => {
    const type = (attributes['type'] ?? 'text').toLowerCase();
    if (silent.has(type)) return;
    if (pressed.has(type)) return void keep(controlOf(attributes, attributes['value'] ?? '', type), [buttons]);
    const on = !ticked.has(type) || 'checked' in attributes;
    const value = attributes['value'] ?? (ticked.has(type) ? 'on' : '');
    keep(controlOf(attributes, value, type), on ? [known, fields] : [known]);
  };
  const opened: Readonly<Record<string, (attributes: Attributes) => void>> = {
    base: ({ href }) => {
      base ??= href ?? null;
    },
    form: (attributes) => {
      if (open !== null) return;
      if (forms.length >= mostForms)
        throw new ProbeFailure('answer-too-large', `expected a page of at most ${mostForms} forms, got more`);
      open = forms.push(attributes) - 1;
    },
    input,
    button: (attributes) => {
      if (!silent.has((attributes['type'] ?? 'submit').toLowerCase()))
        keep(controlOf(attributes, attributes['value'] ?? '', 'submit'), [buttons]);
    },
    textarea: (attributes) => {
      area = keep(controlOf(attributes, '', 'textarea'), [known, fields]);
    },
    select: (attributes) => {
      list = { control: keep(controlOf(attributes, '', 'select'), [known, fields]), chosen: false, empty: true };
    },
    option: (attributes) => {
      if (list === null || list.chosen) return;
      if (list.empty || 'selected' in attributes) list.control.value = attributes['value'] ?? '';
      list.empty = false;
      list.chosen = 'selected' in attributes;
    },
  };
  return {
    onopentag: (tag: string, attributes: Attributes) => {
      depth += 1;
      // The parser's own stack costs more the deeper it is.
      if (depth > deepest)
        throw new ProbeFailure('answer-too-large', `expected a page of at most ${deepest} levels, got more`);
      if (!('disabled' in attributes) || tag === 'form') opened[tag]?.(attributes);
    },
    ontext: (text: string) => {
      if (area !== null) area.value += text;
    },
    onclosetag: (tag: string) => {
      depth -= 1;
      if (tag === 'form') open = null;
      if (tag === 'textarea') area = null;
      if (tag === 'select') list = null;
    },
    page: (): Page => ({
      base,
      forms: forms.map((attributes, index) => {
        const id = attributes['id'] ?? '';
        const within = (all: readonly Control[]): readonly Control[] =>
          all.filter(({ owner, name }) => name !== '' && (owner === index || (id !== '' && owner === id)));
        const own = (all: readonly Control[]): readonly Pair[] => within(all).map(({ name, value }) => [name, value]);
        return {
          id,
          name: attributes['name'] ?? '',
          action: attributes['action'] ?? null,
          method: (attributes['method'] ?? 'get').toUpperCase(),
          encoding: (attributes['enctype'] ?? 'application/x-www-form-urlencoded').toLowerCase(),
          fields: own(fields),
          names: new Set(own(known).map(([name]) => name)),
          types: new Map(within(known).map(({ name, type }) => [name, type])),
          buttons: own(buttons),
        };
      }),
    }),
  };
};

const textOf = ({ headers, body }: Pick<Answer, 'headers' | 'body'>): string => {
  const charset = /;\s*charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
};

/** The forms of a page. */
export const pageOf = async (answer: Pick<Answer, 'headers' | 'body'>): Promise<Page> => {
  const { Parser } = await import('htmlparser2');
  const reader = createReader();
  const parser = new Parser(reader, { decodeEntities: true });
  parser.end(textOf(answer));
  return reader.page();
};

export type Filling = {
  /** The form's id or name, or which one, from 1; without it the first that has all that is filled in. */
  readonly form?: string | number;
  readonly fill: readonly Pair[];
  readonly button?: string;
};

const listed = (names: Iterable<string>): string => [...names].slice(0, 12).join(', ') || 'no fields';
const found = ({ forms }: Page): string =>
  forms.length === 0 ? 'a page without forms' : forms.map(({ names }) => `a form with ${listed(names)}`).join(' and ');

const choose = (page: Page, { form, fill }: Filling): Form => {
  const hasAll = ({ names }: Form) => fill.every(([name]) => names.has(name));
  const named = (one: Form, index: number) =>
    form === undefined || (typeof form === 'number' ? form === index + 1 : one.id === form || one.name === form);
  const chosen = page.forms.find((one, index) => named(one, index) && hasAll(one));
  if (chosen !== undefined) return chosen;
  const which = form === undefined ? 'a form' : `the form ${form}`;
  const wanted = fill.length === 0 ? which : `${which} with ${listed(fill.map(([name]) => name))}`;
  throw new ProbeFailure('unexpected-answer', `expected ${wanted}, got ${found(page)}`);
};

const pressedIn = (form: Form, name: string | undefined): readonly Pair[] => {
  if (name === undefined) return [];
  const button = form.buttons.find(([own]) => own === name);
  if (button === undefined)
    throw new ProbeFailure('unexpected-answer', `expected a button ${name} in the form, got none of that name`);
  return [button];
};

export type Submission = { readonly url: URL; readonly method: 'GET' | 'POST'; readonly body: string | null };

const addressOf = (form: Form, { base }: Page, at: URL): URL => {
  const from = base !== null && URL.canParse(base, at.href) ? new URL(base, at.href) : at;
  const action = form.action === null || form.action.trim() === '' ? null : form.action.trim();
  const url = action === null ? at : URL.canParse(action, from.href) ? new URL(action, from.href) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new ProbeFailure('protocol-error', 'expected a form that leads to http or https, got another address');
  return url;
};

/**
 * What a browser sends for a form that is filled in. What is typed in goes only to where the page itself came from: a
 * changed page must not carry a password elsewhere.
 */
export const submissionOf = (page: Page, at: URL, filling: Filling): Submission => {
  const form = choose(page, filling);
  if (form.method === 'POST' && form.encoding !== 'application/x-www-form-urlencoded')
    throw new ProbeFailure('could-not-run', 'expected a form that is sent urlencoded, got another encoding');
  const url = addressOf(form, page, at);
  if (filling.fill.length > 0 && url.origin !== at.origin)
    throw new ProbeFailure('not-allowed', `expected a form that leads to ${at.origin}, got one that leads elsewhere`);
  const typed = new Map(filling.fill);
  const kept = form.fields.filter(([name]) => !typed.has(name));
  const sent = new URLSearchParams([...kept, ...typed, ...pressedIn(form, filling.button)].map(([a, b]) => [a, b]));
  if (form.method === 'POST') return { url, method: 'POST', body: sent.toString() };
  const target = new URL(url);
  target.search = sent.toString();
  return { url: target, method: 'GET', body: null };
};
