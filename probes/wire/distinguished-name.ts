/** Attributes in the order in which a name is written; what is not here stands before all of them, as it came. */
const written = ['serialNumber', 'CN', 'postalCode', 'street', 'ST', 'L', 'OU', 'O', 'C'] as const;
const short: Readonly<Record<string, string>> = {
  serialNumber: 'SERIALNUMBER',
  postalCode: 'POSTALCODE',
  street: 'STREET',
};

/**
 * A name of a certificate on one line, most special first (RFC 4514), in the fixed order that Go's programs write it:
 * a series by this name is then the same as theirs. Takes the lines that Node gives; values are escaped already.
 */
export const distinguishedName = (lines: string | undefined): string => {
  const parts = (lines ?? '')
    .split('\n')
    .flatMap((line) => line.split(/ \+ (?=[A-Za-z0-9.]+=)/))
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  const known = written.flatMap((name) => {
    const values = parts.filter(([own]) => own === name).map(([, value]) => `${short[name] ?? name}=${value}`);
    return values.length === 0 ? [] : [values.join('+')];
  });
  const others = parts
    .filter(([name]) => !written.some((one) => one === name))
    .map(([name, value]) => `${name}=${value}`);
  return [...known, ...others.toReversed()].join(',');
};
