export type Known = { readonly why: string; readonly differs: readonly string[] };

const ours = (why: string): Known => ({ why, differs: ['status 200, not 503'] });
const unreadable = ours(
  'A file of our own that cannot be read says nothing about the target: 503 with the reason, not probe_success 0.',
);
const undeclarable = ours('What the module asks for cannot be asked: 503 with the reason, not probe_success 0.');

const unended = (length: string): Known => ({
  why: 'The length of a body that did not end is not told: what came of it is no length of it.',
  differs: [`probe_http_uncompressed_body_length{} ${length}, not 0`],
});

/** Where we are not the same as blackbox_exporter, exactly so far, and why. */
export const known: Readonly<Record<string, Known>> = {
  'a body that is cut': unended('100'),
  'a body that stops in the middle': unended('100'),
  'on the wire: chunks that are cut': unended('2'),
  'on the wire: a header with a space before its colon': {
    why: 'No white space is allowed there (RFC 9112 §5.1): readers differ in what such a header means, so it is not guessed at.',
    differs: [
      'probe_http_content_length{} 2, not 0',
      'probe_http_duration_seconds{phase="transfer"} some time, not 0',
      'probe_http_status_code{} 200, not 0',
      'probe_http_uncompressed_body_length{} 2, not 0',
      'probe_http_version{} 1.1, not 0',
      'probe_success{} 1, not 0',
    ],
  },
  'on the wire: a coding of the transfer nobody knows': {
    why: 'An answer that came is told, also when its body cannot be read for want of a form.',
    differs: [
      'probe_http_content_length{} 0, not -1',
      'probe_http_duration_seconds{phase="transfer"} 0, not some time',
      'probe_http_status_code{} 0, not 200',
      'probe_http_version{} 0, not 1.1',
    ],
  },
  'a login goes along to another origin': {
    why: 'A login is meant for one origin. Whoever can make it redirect must not be given it, so the other origin answers that it knows nobody.',
    differs: [
      'probe_http_content_length{} 0, not -1',
      'probe_http_status_code{} 200, not 403',
      'probe_http_uncompressed_body_length{} 0, not 2',
      'probe_success{} 1, not 0',
    ],
  },
  'a compression nobody knows': undeclarable,
  'a file that is not there': unreadable,
  'an authority that is not there': unreadable,
  'an authority that is none': unreadable,
  'a target without a port': ours(
    'A target that is none is no target that is down: 503 with the reason, not probe_success 0.',
  ),
  'dns by TLS without tcp': undeclarable,
  'dns by a transport there is not': undeclarable,
  'dns with an rcode there is not': undeclarable,
  'dns with an expression that is none': undeclarable,
};
