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
