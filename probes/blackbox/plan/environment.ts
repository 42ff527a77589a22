/** A proxy as the environment names it, and what is asked without it. */
export type Found = { readonly url: string; readonly except: readonly string[] };

/** In capitals first, as Go has it. */
const variable = (environment: Readonly<Record<string, string | undefined>>, name: string): string =>
  environment[name.toUpperCase()] ?? environment[name.toLowerCase()] ?? '';

/** The proxy of the environment for a URL; null for none. A name without a scheme means http. */
export const proxyFrom = (environment: Readonly<Record<string, string | undefined>>, url: URL): Found | null => {
  const named = variable(environment, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  const local = url.hostname === 'localhost' || url.hostname === '[::1]' || url.hostname.startsWith('127.');
  if (named === '' || local) return null;
  const except = variable(environment, 'no_proxy')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return { url: /^[a-z][a-z0-9+.-]*:\/\//i.test(named) ? named : `http://${named}`, except };
};
