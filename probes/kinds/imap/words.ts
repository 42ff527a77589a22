/** A quoted string (RFC 3501 §4.3); null where it cannot be one. */
export const quoted = (text: string): string | null =>
  /^[\x20-\x7e]*$/.test(text) ? `"${text.replaceAll(/[\\"]/g, '\\$&')}"` : null;

const shifted = (letters: string): string =>
  `&${Buffer.from(letters, 'utf16le').swap16().toString('base64').replaceAll('=', '').replaceAll('/', ',')}-`;

/** The name of a mailbox in the modified UTF-7 of IMAP (RFC 3501 §5.1.3), quoted. */
export const mailboxName = (name: string): string => {
  const ascii = name.replaceAll(/&|[^\x20-\x7e]+/gu, (part) => (part === '&' ? '&-' : shifted(part)));
  return `"${ascii.replaceAll(/[\\"]/g, '\\$&')}"`;
};
