import { z } from 'zod';
import type { Depth, Secret } from '../model.ts';
import { count, hex, pattern, patternText, secret, tlsKeys, words, wordsOrSecret } from '../written.ts';
import { defineKind, maybe, present } from './kind.ts';
import { clientKey, type ModuleOptions, type StreamOptions, streamOf } from './stream.ts';

export type WebsocketStep =
  /** As text; `expand` puts what was caught where `$1` (of the last `expect`) and `${name}` (of any) stand. */
  | { readonly send: string; readonly expand?: boolean }
  | { readonly sendHex: string }
  /** Of the next so many messages one must match; those before it are passed over. */
  | { readonly expect: string; readonly among: number }
  | { readonly json: string; readonly among: number };

export type WebsocketOptions = Omit<StreamOptions, 'tls'> &
  ModuleOptions & {
    /** Pairs: an object of the one key `env` or `file` would be taken for a secret. */
    readonly headers?: readonly (readonly [name: string, value: string | Secret])[];
    readonly subprotocols?: readonly string[];
    readonly login?: { readonly user: string | Secret; readonly password: Secret };
    readonly bearer?: Secret;
    readonly dialogue?: readonly WebsocketStep[];
  };

/** The upgrade is ours to ask for. */
const headerName = z
  .string({ error: 'the name of a header' })
  .regex(
    /^(?!(?:connection|upgrade|sec-websocket-.*|content-length|transfer-encoding|te|trailer)$)[\w!#$%&'*+.^`|~-]+$/i,
    {
      error: 'the name of a header that is not of the upgrade itself',
    },
  );
const token = z
  .string({ error: 'the name of a subprotocol' })
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: 'the name of a subprotocol' });
const among = count(1, 100).optional();
const step = z.union(
  [
    z.strictObject({ send: z.string(), expand: z.boolean().optional() }),
    z.strictObject({ sendHex: hex }),
    z.strictObject({ expect: pattern, among }),
    /** CEL of `body`, the message as JSON. */
    z.strictObject({ json: words, among }),
  ],
  { error: 'one of { send }, { sendHex }, { expect } and { json }' },
);

const stepOf = (one: z.output<typeof step>): WebsocketStep => {
  if ('expect' in one) return { expect: patternText(one.expect), among: one.among ?? 1 };
  if ('json' in one) return { json: one.json, among: one.among ?? 1 };
  if ('sendHex' in one) return one;
  return one.expand === undefined ? { send: one.send } : { send: one.send, expand: one.expand };
};

const isHeard = (one: WebsocketStep): boolean => 'expect' in one || 'json' in one;
/** A message that answers ours is a round trip; one that comes by itself shows that somebody is there. */
const depthOf = ({ dialogue = [], login, bearer }: WebsocketOptions): Depth => {
  const sent = dialogue.findIndex((one) => !isHeard(one));
  if (sent >= 0 && dialogue.findLastIndex(isHeard) > sent) return 'transaction';
  return dialogue.some(isHeard) || login !== undefined || bearer !== undefined ? 'session' : 'protocol';
};

export const websocket = defineKind({
  address: 'websocket',
  written: {
    request: z
      .strictObject({
        headers: z.record(headerName, wordsOrSecret).optional(),
        /** Offered; the peer may choose one, and no other. */
        subprotocols: z.array(token).min(1, { error: 'at least one' }).optional(),
        origin: words.optional(),
        login: z.strictObject({ user: wordsOrSecret, password: secret }).optional(),
        bearer: secret.optional(),
      })
      .refine(({ login, bearer }) => login === undefined || bearer === undefined, { error: 'either login or bearer' })
      .optional(),
    /** What is sent and expected after the upgrade, message by message, in order. */
    dialogue: z.array(step).min(1, { error: 'at least one step' }).max(100, { error: 'at most 100 steps' }).optional(),
    ...tlsKeys,
    /** Our own certificate and key (PEM), for peers that ask. */
    client: clientKey,
  },
  normal: ({ request = {}, dialogue, serverName, trusted, client }) => {
    const { headers = {}, origin, subprotocols, login, bearer } = request;
    const all = [...Object.entries(headers), ...(origin === undefined ? [] : [['origin', origin] as const])];
    return present<WebsocketOptions>({
      headers: all.length === 0 ? undefined : all,
      subprotocols,
      login,
      bearer,
      dialogue: maybe(dialogue, (steps) => steps.map(stepOf)),
      ...streamOf({ tls: undefined, serverName, trusted, client }),
    });
  },
  depth: depthOf,
  deepest: depthOf,
  measures: (_, overTls) => (overTls ? ['certificate'] : []),
  judges: true,
});
