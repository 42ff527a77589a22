import { z } from 'zod';
import type { Secret } from '../model.ts';
import { count, secret, words, wordsOrSecret } from '../written.ts';
import { defineKind, maybe, present, type Wrong } from './kind.ts';
import { type StreamOptions, streamKeys, streamOf, wrongStream } from './stream.ts';

export type DicomLogin = { readonly bearer: Secret } | { readonly user: string | Secret; readonly password: Secret };
export type DicomOptions = StreamOptions & {
  readonly calling: string;
  readonly called: string;
  /** A query of studies: of the agreed patient's, or of one that cannot exist. */
  readonly find?: { readonly level: 'STUDY'; readonly limit: number; readonly atLeast: number };
  /** Over HTTP (QIDO-RS) instead of an association; the target is the URL of the service. */
  readonly web?: { readonly login?: DicomLogin; readonly allowPlain: boolean };
  readonly patient?: { readonly identity: Secret };
};

const aeTitle = z
  .string({ error: 'an AE title' })
  .regex(/^(?=.*[^ ])[\x20-\x5b\x5d-\x7e]{1,16}$/, { error: 'an AE title: 1 to 16 letters, without backslash' });

type Written = {
  readonly calling?: string | undefined;
  readonly called?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly find?: { readonly atLeast?: number | undefined; readonly limit?: number | undefined } | undefined;
  readonly web?: unknown;
  readonly patient?: string | undefined;
};
const wrongQuery = ({ find, patient }: Written): readonly Wrong[] => [
  ...(patient !== undefined && find === undefined
    ? [{ path: ['patient'], expected: '`find` beside it: nothing else names a patient' }]
    : []),
  ...(patient === undefined && find?.atLeast !== undefined
    ? [{ path: ['find', 'atLeast'], expected: '`patient` beside it: without one, nothing is to be found' }]
    : []),
  ...(find?.atLeast !== undefined && find.atLeast > (find.limit ?? mostMatches)
    ? [{ path: ['find', 'atLeast'], expected: 'no more than the limit' }]
    : []),
];
const wrongWeb = (written: Written & Parameters<typeof wrongStream>[0]): readonly Wrong[] => {
  if (written.web === undefined) return wrongStream(written);
  return [
    ...(['calling', 'called', 'tls'] as const).flatMap((key) =>
      written[key] === undefined ? [] : [{ path: [key], expected: 'no such key beside `web`' }],
    ),
    ...(written.find === undefined ? [{ path: ['web'], expected: '`find` beside it: it is the query that goes' }] : []),
  ];
};
const mostMatches = 20;

export const dicom = defineKind({
  address: 'socket',
  written: {
    /** Our AE title; many archives know who may ask. @default 'FORVARSEL' */
    calling: aeTitle.optional(),
    /** The AE title of the peer. @default 'ANY-SCP' */
    called: aeTitle.optional(),
    ...streamKeys,
    /**
     * After the echo, a query of the study root (C-FIND), for a study that cannot exist: its end is what is wanted, and
     * no match. With `patient`, for the studies of the agreed test patient.
     */
    find: z
      .strictObject({
        /** @default 'STUDY' */
        level: z.enum(['STUDY']).optional(),
        /** After so many matches the query is cancelled. @default 20 */
        limit: count(1, 1000).optional(),
        /** So many studies the agreed patient must have. @default 1 */
        atLeast: count(0, 1000).optional(),
      })
      .optional(),
    /** Asks over HTTP instead (QIDO-RS); the target is the URL of the service, such as https://pacs.example/dicom-web. */
    web: z
      .strictObject({
        login: z
          .union([z.strictObject({ bearer: secret }), z.strictObject({ user: wordsOrSecret, password: secret })], {
            error: '{ bearer } or { user, password }',
          })
          .optional(),
        /** True lets the login go over http. */
        allowPlain: z.boolean().optional(),
      })
      .optional(),
    /** An agreed test patient, whose identity is PatientID of the query. */
    patient: words.optional(),
  },
  whole: (written) => [...wrongQuery(written), ...wrongWeb(written)],
  normal: (written, patients) =>
    present<DicomOptions>({
      calling: written.calling ?? 'FORVARSEL',
      called: written.called ?? 'ANY-SCP',
      ...streamOf(written),
      find: maybe(written.find, ({ level = 'STUDY', limit = mostMatches, atLeast }) => ({
        level,
        limit,
        atLeast: written.patient === undefined ? 0 : (atLeast ?? 1),
      })),
      web: maybe(written.web, ({ login, allowPlain = false }) =>
        present<NonNullable<DicomOptions['web']>>({ login, allowPlain }),
      ),
      patient: maybe(written.patient, (id) => maybe(patients[id], ({ identity }) => ({ identity }))),
    }),
  addressOf: ({ web }) => (web === undefined ? 'socket' : 'url'),
  depth: ({ find }) => (find === undefined ? 'session' : 'transaction'),
  deepest: ({ find }) => (find === undefined ? 'session' : 'transaction'),
  measures: ({ tls, find, web }, overTls) => [
    ...(tls === true || (web !== undefined && overTls) ? ['certificate'] : []),
    ...(web === undefined ? ['association', 'echo'] : []),
    ...(find === undefined ? [] : ['find', 'matches']),
  ],
  judges: true,
});
