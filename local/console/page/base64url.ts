/** Base64url, as URLs and tokens need it: with `-` and `_`, without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** The text in a base64url string. */
export function textOfBase64url(encoded: string): string {
  const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}

/** A value that can't be guessed: 32 random bytes. */
export function randomValue(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}
