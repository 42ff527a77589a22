/**
 * What is said to each protocol of the estate, byte by byte. None of it changes anything or names a patient.
 * Where a deeper check of the right kind (sql, ldap, mllp, dicom, amqp, smb, oidc, ntp) is not there yet, one of
 * these or the nearest shallower kind stands in, and says with `depth` how deep it truly goes.
 */

/**
 * RFC 4511: an anonymous simple bind, answered with success, then unbind. BindResponse is `a` (0x61), success 0a0100;
 * lengths are one byte, or five from Active Directory.
 */
export const ldapBind = [
  { sendHex: '300c020101600702010304008000' },
  { expect: '(?s)^0.{1,5}\\x02\\x01\\x01a.{1,5}\\x0a\\x01\\x00' },
  { sendHex: '30050201024200' },
];

/** HL7 v2.4 chapter 14 in an MLLP frame: NMQ^N01 asks an engine for its clock; AA means it was accepted. */
export const hl7Query = [
  {
    send: '\x0bMSH|^~\\&|FORVARSEL|OPS|ENGINE|REGION|20260101||NMQ^N01|FORVARSEL-1|P|2.4\rNCK|20260101\r\x1c\r',
  },
  { expect: 'MSA\\|AA\\|FORVARSEL-1' },
];

/** AMQP 0-9-1: the protocol header, answered with a method frame: Connection.Start (class 10, method 10). */
export const amqpHeader = [{ sendHex: '414d515000000901' }, { expectHex: '01' }];

/** PostgreSQL 3.0: SSLRequest, answered with one letter: S speaks TLS, N does not. Either way a postmaster is there. */
export const postgresGreeting = [{ sendHex: '0000000804d2162f' }, { expect: '^[SN]' }];

/** RFC 5321: the banner, the greeting, and a polite end. */
export const smtpGreeting = [
  { expect: '^220 ' },
  { send: 'EHLO forvarsel.region.example\r\n' },
  { expect: '250 ' },
  { send: 'QUIT\r\n' },
];

const hex = (text: string): string =>
  [...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
const sized = (bytes: string, digits: number): string => (bytes.length / 2).toString(16).padStart(digits, '0');

/** [MS-SMB2] 2.2.3 behind a four-byte length: NEGOTIATE for dialects 2.0.2 and 2.1, answered with an SMB2 header. */
const smbHeader = `fe534d42${'4000'}${'00'.repeat(58)}`;
const smbNegotiateBody = `2400${'0200'}${'0100'}0000${'00'.repeat(4)}${'00'.repeat(16)}${'00'.repeat(8)}${'02021002'}`;
export const smbNegotiate = [
  { sendHex: `00${sized(smbHeader + smbNegotiateBody, 6)}${smbHeader}${smbNegotiateBody}` },
  { expect: '\\xfeSMB' },
];

/** A DICOM item (PS3.8 §9.3.2): type, a reserved byte, a length of two bytes, the content. */
const item = (type: string, content: string): string => `${type}00${sized(content, 4)}${content}`;
const title = (name: string): string => hex(name.padEnd(16, ' '));
/** A-ASSOCIATE-RQ: verification (C-ECHO) in implicit little endian, PDUs of at most 16 KiB. */
const association = [
  `00010000${title('PACS')}${title('FORVARSEL')}${'00'.repeat(32)}`,
  item('10', hex('1.2.840.10008.3.1.1.1')),
  item('20', `01000000${item('30', hex('1.2.840.10008.1.1'))}${item('40', hex('1.2.840.10008.1.2'))}`),
  item('50', `${item('51', '00004000')}${item('52', hex('1.2.826.0.1.3680043.10.1'))}`),
].join('');
/** 02 is A-ASSOCIATE-AC (a refusal is 03); then the association is released, so that no log calls it aborted. */
export const dicomAssociation = [
  { sendHex: `0100${sized(association, 8)}${association}` },
  { expectHex: '02' },
  { sendHex: '05000000000400000000' },
];
