/** The part of net-snmp that is used here; it brings no types of its own. */
declare module 'net-snmp' {
  export type Varbind = { readonly oid: string; readonly type: number; readonly value: unknown };
  export type SessionOptions = {
    readonly port: number;
    readonly retries: number;
    readonly timeout: number;
    readonly transport: 'udp4' | 'udp6';
    readonly version?: number;
    readonly context?: string;
    readonly dgramModule?: { readonly createSocket: () => unknown };
  };
  export type User = {
    readonly name: string;
    readonly level: number;
    readonly authProtocol?: string;
    readonly authKey?: string;
    readonly privProtocol?: string;
    readonly privKey?: string;
  };
  export type Session = {
    readonly get: (oids: readonly string[], done: (error: Error | null, varbinds: readonly Varbind[]) => void) => void;
    readonly subtree: (
      oid: string,
      repetitions: number,
      feed: (varbinds: readonly Varbind[]) => boolean | undefined,
      done: (error: Error | null) => void,
    ) => void;
    readonly close: () => void;
    readonly on: (event: 'error', listener: (error: Error) => void) => void;
  };
  type Library = {
    readonly createSession: (address: string, community: string, options: SessionOptions) => Session;
    readonly createV3Session: (address: string, user: User, options: SessionOptions) => Session;
    readonly isVarbindError: (varbind: Varbind) => boolean;
    readonly varbindError: (varbind: Varbind) => string;
    readonly Version2c: number;
    readonly SecurityLevel: Readonly<Record<'noAuthNoPriv' | 'authNoPriv' | 'authPriv', number>>;
    readonly AuthProtocols: Readonly<Record<string, string>>;
    readonly PrivProtocols: Readonly<Record<string, string>>;
  };
  const library: Library;
  export default library;
}
