import type { ConsoleConfig } from './config.ts';

/**
 * The page's Content-Security-Policy: its own files, and connections to exactly the services that it uses. The Web SDK loads its input
 * module from where the stream comes from: from the emulator, or from AWS, whose hosts are not documented. An API on plain http is a
 * local deployment that the page plays at as if it were deployed, and its emulator has another port.
 */
export function contentSecurityPolicy({ api, endpoints, gameLiftStreams }: ConsoleConfig): string {
  const origins = [api, endpoints.token, ...(gameLiftStreams === undefined ? [] : [gameLiftStreams])].map(
    (url) => new URL(url).origin,
  );
  const elsewhere = new URL(api).protocol === 'http:' ? 'http://127.0.0.1:*' : 'https:';
  const scripts = gameLiftStreams === undefined ? elsewhere : new URL(gameLiftStreams).origin;
  return [
    "default-src 'none'",
    `script-src 'self' ${scripts}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${[...new Set(["'self'", ...origins])].join(' ')}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
