import { z } from 'zod';
import { maybe } from './kinds/kind.ts';
import { type Engine, engineKinds, type Landscape, type Notify } from './model.ts';
import { secret, target, targetOf, words } from './written.ts';

/** Where alerts go and where they link at, and the central engine: what may be written, and its normal form. */

const email = z.email({ error: "an e-mail address such as 'ops@region.example'" });
const client = z.strictObject({ certificate: target, key: secret });

export const notify: z.ZodType<Notify, Notify> = z.union(
  [z.strictObject({ webhook: secret }), z.strictObject({ email })],
  { error: "{ webhook: { env: 'NAME' } } or { email: 'ops@region.example' }" },
);

const mail = z.strictObject({
  /** `host:port` of the relay. @example 'smtp.region.example:587' */
  smarthost: words,
  from: email,
  user: words.optional(),
  password: secret.optional(),
});

const engineShape = z.strictObject({
  /** @example 'https://prometheus.region.example' */
  url: target,
  /** @default 'prometheus' */
  kind: z.enum(engineKinds).optional(),
  /** Of Mimir: sent as X-Scope-OrgID. */
  tenant: words.optional(),
  token: secret.optional(),
  basic: z.strictObject({ user: words, password: secret }).optional(),
  client: client.optional(),
  /** Certificates (PEM) that its own is trusted by, beside the system's. */
  trust: target.optional(),
});

/** Keys of the authority. */
export const alertingKeys = {
  /** The relay that mail to teams leaves by. */
  mail: mail.optional(),
  /** Alertmanagers that the embedded program hands its alerts to, each of them all. @example ['http://alertmanager-1:9093'] */
  alertmanagers: z.array(target).optional(),
  /** The central engine, where history is read from and generated rules are evaluated. */
  engine: engineShape.optional(),
  /** What an alert links at. @example { console: 'https://forvarsel.region.example', runbooks: 'https://wiki.region.example/runbooks' } */
  links: z.strictObject({ console: words.optional(), runbooks: words.optional() }).optional(),
} as const;

type Written = { readonly [K in keyof typeof alertingKeys]?: z.input<(typeof alertingKeys)[K]> };

const engineOf = (engine: z.input<typeof engineShape>): Engine => ({
  url: targetOf(engine.url),
  kind: engine.kind ?? 'prometheus',
  tenant: engine.tenant ?? null,
  token: engine.token ?? null,
  basic: engine.basic ?? null,
  client: maybe(engine.client, ({ certificate, key }) => ({ certificate: targetOf(certificate), key })) ?? null,
  trust: maybe(engine.trust, targetOf) ?? null,
});

export const alertingOf = ({
  mail,
  alertmanagers = [],
  engine,
  links = {},
}: Written): Pick<Landscape['authority'], 'mail' | 'alertmanagers' | 'engine' | 'links'> => ({
  mail:
    maybe(mail, ({ smarthost, from, user = null, password = null }) => ({ smarthost, from, user, password })) ?? null,
  alertmanagers: alertmanagers.map(targetOf),
  engine: maybe(engine, engineOf) ?? null,
  links: { console: links.console ?? null, runbooks: links.runbooks ?? null },
});
