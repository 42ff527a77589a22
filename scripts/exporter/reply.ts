/** A request as the pages see it. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the scraper says it waits, as it says it. */
  readonly timeout: string | undefined;
  /** Ends when whoever asked has gone. */
  readonly gone: AbortSignal;
};

export type Reply = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const plain = (status: number, body: string): Reply => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});
export const metricsReply = (body: string): Reply => ({
  status: 200,
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  body,
});
