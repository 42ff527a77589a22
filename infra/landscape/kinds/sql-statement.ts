/** A string, or a name in quotes: what stands in it is no word of the language. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/g;
const begins = /^[\s(]*(?:select|show|with|values)\b/i;
/** What writes, locks or hides a word; a column that is called so must stand in quotes. */
const forbidden =
  /--|\/\*|\*\/|;|\b(?:insert|update|delete|merge|into|call|truncate|drop|alter|create|grant|revoke|copy|for\s+(?:no\s+key|key|share)|lock\s+in)\b/i;
const longest = 8192;

/**
 * Whether a text is one statement that reads: SELECT, SHOW, WITH … SELECT or VALUES, without comments. This is the first
 * of three locks: the statement goes alone and into a transaction that may only read.
 */
export const isReading = (text: string): boolean => {
  const bare = text.slice(0, longest).replaceAll(quoted, "''").trim().replace(/;$/, '');
  return (
    text.length <= longest && begins.test(bare) && !/['"`]/.test(bare.replaceAll("''", '')) && !forbidden.test(bare)
  );
};
