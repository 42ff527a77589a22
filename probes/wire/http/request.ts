import type { ProbeContext } from '../../observation.ts';
import type { Family } from '../dial.ts';
import type { Identity } from '../handshake.ts';
import type { Notes } from '../measure.ts';
import type { Coding } from './coding.ts';
import type { Head } from './head.ts';

/** How a connection is made secret; without any of it the system's and the landscape's roots decide. */
export type TlsWish = Omit<Identity, 'name' | 'protocols'> & {
  /** Name asked for in the handshake and verified; null is the host of the URL. */
  readonly serverName: string | null;
};

/** A proxy: asked to CONNECT to an https target, and for an http target as it stands. */
export type ProxyWish = {
  /** http or https; a login in it is the proxy's. */
  readonly url: URL;
  /** Sent with CONNECT only. */
  readonly headers?: Headers;
  /** True gives the proxy the name as it stands: nothing but the proxy itself is resolved here. */
  readonly byName?: boolean;
  /** Who is asked without it; this machine is too, where there is such a list. */
  readonly except?: readonly string[];
};

/** Names in any case; a list is sent as several headers of one name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** One request as it goes out. */
export type HttpRequest = TlsWish & {
  readonly url: URL;
  /** Any token; sent as it stands. */
  readonly method: string;
  /** To these come host (unless it is here), content-length and connection, and nothing else. */
  readonly headers: Headers;
  readonly body: string | Buffer | null;
  readonly proxy?: ProxyWish;
  /** Which address of the host is dialled. @default the first, of the source's family */
  readonly family?: Family;
  /** `any` offers 2 and 1.1 to a TLS peer. Without TLS `2` is spoken at once, to a peer known to speak it. @default 1.1 */
  readonly version?: '1.1' | '2' | 'any';
  /** How the body is decoded: as its content-encoding says, not at all, or as this coding whatever is said. @default said */
  readonly decode?: 'said' | 'none' | Coding;
  /** False where nobody looks at the body: only a beginning of it is kept. @default true */
  readonly whole?: boolean;
};

/** A whole answer. */
export type Answer = Head & {
  /** What was asked for; after redirects the last. */
  readonly url: URL;
  /** Every `set-cookie`, as sent. */
  readonly cookies: readonly string[];
  /** Decoded from its content encoding. */
  readonly body: Buffer;
  /** Bytes of the body as they came. */
  readonly received: number;
  readonly tls: boolean;
};

export type At = { readonly context: ProbeContext; readonly notes: Notes };
