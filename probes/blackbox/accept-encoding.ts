/** Number as Go reads a quality; 0 for what is none. */
const quality = (text: string): number => {
  const plain = text.trim().replace(/^q=/, '');
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain) ? Math.round(Number(plain) * 1000) / 1000 : 0;
};

/**
 * Whether an `Accept-Encoding` lets a server answer in the declared compression: it must be among the encodings that
 * are wanted at all. Without either there is nothing to contradict.
 */
export const acceptsEncoding = (compression: string, header: string): boolean => {
  if (compression === '' || header === '') return true;
  const wanted = header.split(',').map((part) => {
    const at = part.lastIndexOf(';');
    return at < 0 ? { name: part.trim(), q: 1 } : { name: part.slice(0, at).trim(), q: quality(part.slice(at + 1)) };
  });
  const first = wanted.toSorted((a, b) => b.q - a.q).find(({ name }) => name === compression || name === '*');
  return first !== undefined && first.q > 0;
};
