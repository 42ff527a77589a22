import { z } from 'zod';
import type { Depth } from '../model.ts';
import { defineKind } from './kind.ts';
import { type MailOptions, mailDepth, mailKeys, mailOf, wrongMail } from './mail.ts';

export type ImapOptions = MailOptions & {
  /** Opened for reading only, and its messages counted. */
  readonly mailbox?: string;
};

const depthOf = (options: ImapOptions): Depth => (options.mailbox === undefined ? mailDepth(options) : 'transaction');

export const imap = defineKind({
  address: 'host',
  ownPort: 143,
  written: {
    ...mailKeys,
    /** Opened for reading only after the login; how many messages it holds is the signal `messages`. */
    mailbox: z
      .string({ error: 'the name of a mailbox' })
      .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, { error: 'the name of a mailbox, such as INBOX' })
      .optional(),
  },
  whole: (written) => [
    ...wrongMail(written),
    ...(written.mailbox !== undefined && written.login === undefined
      ? [{ path: ['mailbox'], expected: 'login beside it' }]
      : []),
  ],
  normal: ({ mailbox, ...mail }): ImapOptions => ({ ...mailOf(mail), ...(mailbox === undefined ? {} : { mailbox }) }),
  depth: depthOf,
  deepest: depthOf,
  measures: ({ tls, mailbox }) => [
    ...(tls === 'none' ? [] : ['certificate']),
    ...(mailbox === undefined ? [] : ['messages']),
  ],
  judges: true,
});
