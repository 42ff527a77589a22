import { type Path, type Problem, problem } from '../findings.ts';
import type { Address } from '../kinds/kind.ts';
import { said } from './say.ts';

/** `host:port`, the host a name, an IPv4 address or an IPv6 address in brackets. */
const isAddress = (text: string): boolean => {
  const port = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};
export const isUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:\/\/[^/]/.test(text) && new URL(text).hostname !== '' && !/\s/.test(text);

const isHost = (text: string): boolean =>
  isAddress(/:\d+$|^\[/.test(text) ? text : `${text}:1`) || isAddress(`${text}:1`);
const isWebSocket = (text: string): boolean => /^wss?:/.test(text) && isUrl(text.replace(/^ws/, 'http'));

type Form = { readonly fits: (text: string) => boolean; readonly expected: string };
export const socket: Form = { fits: isAddress, expected: 'an address such as epj-db-1.example:5432' };
export const addresses: Readonly<Record<Address, Form>> = {
  url: { fits: isUrl, expected: 'an address such as https://epj.example/health' },
  websocket: { fits: isWebSocket, expected: 'an address such as wss://board.example/live' },
  socket,
  host: { fits: isHost, expected: 'a host such as ntp-1.example, or with its port' },
  none: { fits: (text) => text.trim() !== '', expected: 'a name for what reports' },
};

export const wrongAddress = (path: Path, text: string, { fits, expected }: Form): readonly Problem[] =>
  fits(text)
    ? []
    : [
        problem('bad-target', path, {
          expected,
          got: said(text),
          remedy: 'write it whole, with its port or its scheme',
        }),
      ];

const isLoopback = ({ hostname }: URL): boolean => /^(?:127\.|localhost$|\[::1\]$)/.test(hostname);
/** Whether what is sent to an address could be read on the way. */
export const crossesPlainly = (url: string): boolean => url.startsWith('http:') && !isLoopback(new URL(url));
