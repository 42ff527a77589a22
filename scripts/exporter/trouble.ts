/** Why an exporter is not served: `unsafe` for what others could reach unguarded, `usage` for what cannot be. */
export class ServeError extends Error {
  override readonly name = 'ServeError';
  readonly code: 'unsafe' | 'usage';
  constructor(code: ServeError['code'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
