/** Throwaway certificates for one run, since Node makes keys but no certificates. They are written in DER (ITU-T X.690). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What an https server needs, and what its client must trust. All of it PEM. */
export interface Certificates {
  key: string;
  cert: string;
  ca: string;
}

const RSA_BITS = 2048;
const DAY_MS = 86_400_000;

const tlv = (tag: number, ...parts: Uint8Array[]) => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: Uint8Array[]) => tlv(0x30, ...parts);
const bits = (content: Uint8Array) => tlv(0x03, Buffer.from([0]), content);
const octets = (content: Uint8Array) => tlv(0x04, content);
const oid = (...bytes: number[]) => tlv(0x06, Buffer.from(bytes));
const text = (tag: number, value: string) => tlv(tag, Buffer.from(value, 'latin1'));
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const SHA256_WITH_RSA = sequence(
  oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b),
  Buffer.from([0x05, 0x00]),
);
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const SUBJECT_KEY_ID = oid(0x55, 0x1d, 0x0e);
const AUTHORITY_KEY_ID = oid(0x55, 0x1d, 0x23);
const ALTERNATIVE_NAMES = oid(0x55, 0x1d, 0x11);

const nameOf = (common: string) => sequence(tlv(0x31, sequence(COMMON_NAME, text(0x0c, common))));
const utcTime = (at: number) =>
  text(
    0x17,
    new Date(at)
      .toISOString()
      .replaceAll(/[-:T]|\.\d+/g, '')
      .slice(2),
  );
const keyIdOf = (spki: Uint8Array) => createHash('sha1').update(spki).digest();
const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

/** Makes an authority and a certificate of `localhost` that it signed, valid for a day. */
export function throwawayCertificates(now = Date.now()): Certificates {
  const authority = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  const server = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
  const issuer = { name: 'A bench, for one run', ...authority };
  const signed = (subject: string, publicKey: KeyObject, extensions: Buffer[]) => {
    const serial = randomBytes(8);
    // A number that is not negative.
    serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
    const body = sequence(
      tlv(0xa0, Buffer.from([0x02, 0x01, 0x02])),
      tlv(0x02, serial),
      SHA256_WITH_RSA,
      nameOf(issuer.name),
      sequence(utcTime(now - DAY_MS / 2), utcTime(now + DAY_MS / 2)),
      nameOf(subject),
      spkiOf(publicKey),
      tlv(0xa3, sequence(...extensions)),
    );
    return pem(sequence(body, SHA256_WITH_RSA, bits(sign('sha256', body, issuer.privateKey))));
  };
  const authorityKeyId = keyIdOf(spkiOf(authority.publicKey));
  return {
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: signed('localhost', server.publicKey, [
      sequence(ALTERNATIVE_NAMES, octets(sequence(text(0x82, 'localhost')))),
      sequence(AUTHORITY_KEY_ID, octets(sequence(tlv(0x80, authorityKeyId)))),
    ]),
    ca: signed(issuer.name, authority.publicKey, [
      sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE))),
      sequence(SUBJECT_KEY_ID, octets(octets(authorityKeyId))),
    ]),
  };
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
