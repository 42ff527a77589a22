import { z } from 'zod';
import { defineKind } from './kind.ts';
import { type MailOptions, mailDepth, mailKeys, mailOf, wrongMail } from './mail.ts';

export type SmtpOptions = MailOptions & {
  /** Who we say we are; without it our address. */
  readonly hello?: string;
};

export const smtp = defineKind({
  address: 'host',
  ownPort: 25,
  written: {
    ...mailKeys,
    /** The name we give in EHLO. @default our address, as `[192.0.2.1]` */
    hello: z
      .string({ error: 'a host name' })
      .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, { error: 'a host name such as probe.example' })
      .optional(),
  },
  whole: wrongMail,
  normal: ({ hello, ...mail }): SmtpOptions => ({ ...mailOf(mail), ...(hello === undefined ? {} : { hello }) }),
  depth: mailDepth,
  deepest: mailDepth,
  measures: ({ tls }) => (tls === 'none' ? [] : ['certificate']),
  judges: true,
});
