/** Why Go would not read a text as a URL; null when it would. It is far more lenient than the WHATWG's. */
export const goUrlProblem = (text: string): string | null => {
  if (/[^ -~\u0080-\uffff]/.test(text)) return 'a control character';
  const [withoutFragment = ''] = text.split('#', 1);
  if (withoutFragment === '' || withoutFragment === '*') return null;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(withoutFragment);
  if (scheme === null && withoutFragment.startsWith(':')) return 'no scheme before the colon';
  const rest = (scheme?.[2] ?? withoutFragment).replace(/\?.*$/s, '');
  if (!rest.startsWith('/')) {
    if (scheme !== null) return null;
    return /^[^/]*:/.test(rest) ? 'a colon in the first segment' : badEscape(rest);
  }
  if (!rest.startsWith('//') || (scheme === null && rest.startsWith('///'))) return badEscape(rest);
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  return badAuthority(authority) ?? badEscape(path);
};

const badEscape = (text: string): string | null => (/%(?![0-9a-fA-F]{2})/.test(text) ? 'a broken escape' : null);
const badAuthority = (authority: string): string | null => {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (at >= 0 && !/^[\w.~!$&'()*+,;=:%@-]*$/.test(user)) return 'a login with other letters';
  const host = authority.slice(at + 1);
  const port = host.startsWith('[') ? /^\[[^\]]*\](.*)$/.exec(host)?.[1] : (/(:[^:]*)?$/.exec(host)?.[1] ?? '');
  if (port === undefined) return 'no ] after the address';
  if (!/^(?::\d*)?$/.test(port)) return 'a port that is no number';
  // Bytes of a host are escaped only above ASCII, and in the zone of an address.
  if (!host.startsWith('[') && /%(?![89a-fA-F][0-9a-fA-F])/.test(host)) return 'an escape in the host';
  if (!host.startsWith('[') && /[\s"<>\\^`{|}]/.test(host)) return 'a letter that is in no host';
  return badEscape(user);
};

/** As shown: without the password. */
export const redactedUrl = (text: string): string => text.replace(/^([^/?#]*\/\/[^/?#@:]*:)[^/?#]*(?=@)/, '$1xxxxx');
