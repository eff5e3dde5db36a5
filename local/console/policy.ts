import type { ConsoleConfig } from './config.ts';

/**
 * The page's Content-Security-Policy: its own files, and connections to exactly the three services that it uses. The
 * emulator's scripts are allowed because the Web SDK loads its input module from there.
 */
export function contentSecurityPolicy({ api, identity, gameLiftStreams }: ConsoleConfig): string {
  const [apiOrigin, identityOrigin, emulatorOrigin] = [api, identity, gameLiftStreams].map(
    (url) => new URL(url).origin,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${emulatorOrigin}`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${[...new Set(["'self'", apiOrigin, identityOrigin, emulatorOrigin])].join(' ')}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
