/** Base64 as URLs and tokens want it: `-` and `_`, no padding. */
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

/** A value nobody can guess: 32 random bytes. */
export function randomValue(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}
