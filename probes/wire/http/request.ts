import type { ProbeContext } from '../../observation.ts';
import type { Notes } from '../measure.ts';

/** How a connection is made secret; without any of it the system's and the landscape's roots decide. */
export type TlsWish = {
  /** Name asked for in the handshake and verified; null is the host of the URL. */
  readonly serverName: string | null;
  /** False accepts a chain that leads to no trusted root; dates and name still count. */
  readonly trusted: boolean;
  /** PEM: what we show when the peer asks who we are. */
  readonly client?: { readonly cert: string; readonly key: string };
};

/** A proxy that is asked to CONNECT, for http and https alike. */
export type ProxyWish = {
  readonly url: URL;
  /** Sent with CONNECT only, such as `proxy-authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True gives the proxy the name as it stands: nothing but the proxy itself is resolved here. */
  readonly byName?: boolean;
};

/** One request as it goes out. Names of headers in any case; host, content-length and connection are added. */
export type HttpRequest = TlsWish & {
  readonly url: URL;
  /** Any token; sent as it stands. */
  readonly method: string;
  /** Nothing is added that must not be there: without `accept-encoding` the answer should come as it is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  readonly proxy?: ProxyWish;
  /** `any` offers 2 and 1.1 to a TLS peer. Without TLS `2` is spoken at once, to a peer known to speak it. @default 1.1 */
  readonly version?: '1.1' | '2' | 'any';
};

/** A whole answer, decoded. */
export type Answer = {
  /** What was asked for, after redirects the last. */
  readonly url: URL;
  readonly status: number;
  readonly version: '1.0' | '1.1' | '2';
  /** Names in lower case; several of one name are joined by a comma and a space. */
  readonly headers: Readonly<Record<string, string>>;
  /** Every `set-cookie`, as sent. */
  readonly cookies: readonly string[];
  /** Decoded from its content encoding. */
  readonly body: Buffer;
  /** Bytes of the body as they came. */
  readonly received: number;
  readonly tls: boolean;
};

export type At = { readonly context: ProbeContext; readonly notes: Notes };
