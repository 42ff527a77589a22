import { ProbeFailure } from '../wire/failure.ts';
import type { Notes } from '../wire/measure.ts';
import { excerpt } from './redact.ts';

const shown = '***';
/** A shorter text stands in too many others to be a secret. */
const least = 3;
/** Of a text that is shown as an excerpt only this much is looked at. */
const window = 8 * 1024;

/** Parameters of addresses and forms that carry a login on its way; the rest is `redact`'s. */
const parameters =
  /(?<=[?&#;\s"'](?:code|state|nonce|session_state|sid|ticket|jsessionid|id_token(?:_hint)?|(?:access|refresh|logout)_token|login_hint|code_verifier|code_challenge|(?:client_)?assertion|request|RelayState|SAML(?:Request|Response)|_?csrf[\w-]*)=)[^&#\s"'<>]+/gi;

const escapedXml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
const namedXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A text in every dress in which it may travel. */
const dresses = (text: string): readonly string[] => {
  const url = encodeURIComponent(text.toWellFormed());
  return [
    text,
    url,
    url.replaceAll('%20', '+'),
    new URLSearchParams([['', text]]).toString().slice(1),
    JSON.stringify(text).slice(1, -1),
    escapedXml(text),
    namedXml(text),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
  ];
};

/** What a run knows and must not show: its secrets, whatever it has captured, and headers by name. */
export type Vault = {
  readonly hide: (text: string) => void;
  readonly hideHeader: (name: string) => void;
  readonly mask: (text: string) => string;
  /** The beginning of a body, masked before it is cut. */
  readonly excerpt: (body: Buffer | string, limit?: number) => string;
};

export const createVault = (): Vault => {
  const known = new Set<string>();
  const headers = new Set<string>();
  let ordered: readonly string[] = [];
  const hideKnown = (text: string): string => ordered.reduce((left, one) => left.replaceAll(one, shown), text);
  /** What an excerpt elsewhere has cut in the middle is known by its beginning. */
  const hideCut = (text: string): string => {
    if (!text.endsWith('…')) return text;
    const body = text.slice(0, -1);
    for (const one of ordered)
      for (let length = Math.min(one.length - 1, body.length); length >= least; length -= 1)
        if (body.endsWith(one.slice(0, length))) return `${body.slice(0, -length)}${shown}…`;
    return text;
  };
  const hideHeaders = (text: string): string =>
    text.replaceAll(/^(< ([^\s:]+): ).*$/gm, (line, start: string, name: string) =>
      headers.has(name.toLowerCase()) ? `${start}${shown}` : line,
    );
  const mask = (text: string): string =>
    hideCut(hideKnown(headers.size === 0 ? text : hideHeaders(text))).replaceAll(parameters, shown);
  return {
    hide: (text) => {
      if (text.length < least || known.has(text)) return;
      known.add(text);
      ordered = [...new Set([...known].flatMap(dresses))].sort((a, b) => b.length - a.length);
    },
    hideHeader: (name) => {
      headers.add(name.toLowerCase());
    },
    mask,
    excerpt: (body, limit = 200) => {
      const text = typeof body === 'string' ? body : body.subarray(0, window).toString('utf8');
      const cut = text.length > window || (typeof body !== 'string' && body.length > window);
      const longest = cut ? (ordered[0]?.length ?? 0) : 0;
      const part = mask(text.slice(0, window));
      return excerpt(Buffer.from(part.slice(0, Math.max(0, part.length - longest)), 'utf8').toString('latin1'), limit);
    },
  };
};

/** Headers that tell why; the others would fill a transcript of many requests before its end is reached. */
const telling = /^< (?:content-type|location|www-authenticate|retry-after|x-[\w-]+):/i;
const status = /^< [\d./ ]*\d{3}\b/;
const ofConnection = /^(?:resolved|connected) /;

/** The same notes, with nothing said that the vault hides, and nothing of a connection said twice. */
export const discreet = (notes: Notes, vault: Vault): Notes => {
  const said = new Set<string>();
  return {
    ...notes,
    say: (text) => {
      const lines = vault.mask(text).split('\n');
      const isHead = status.test(lines[0] ?? '');
      const kept = lines.filter((line, at) =>
        isHead && at > 0 ? telling.test(line) : !(ofConnection.test(line) && said.has(line)),
      );
      for (const line of kept) if (ofConnection.test(line)) said.add(line);
      if (kept.length > 0) notes.say(kept.join('\n'));
    },
  };
};

/** The same work, with nothing in its failure that the vault hides. */
export const discreetly = async <T>(vault: Vault, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    throw new ProbeFailure(error.reason, vault.mask(error.message), error);
  }
};
