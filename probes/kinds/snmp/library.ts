/** Loaded when the first check needs it: a thread without SNMP does not carry it. */
export const library = async () => (await import('net-snmp')).default;
export type Library = Awaited<ReturnType<typeof library>>;
