const DEVICE = 'device';

/**
 * Opens the page as on another device: under the other name of this machine. A browser takes that for another site, so the two pages
 * share neither storage nor locks. The player is signed in at the identity provider already.
 */
export function openSecondDevice(): void {
  const address = new URL('/', location.href);
  address.hostname = address.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  address.search = new URLSearchParams({ [DEVICE]: '2' }).toString();
  window.open(address, '_blank', 'noopener,width=1180,height=780');
}

/** Whether this visit is the second device, which signs in by itself. */
export function wantsSignIn(): boolean {
  return new URL(location.href).searchParams.has(DEVICE);
}
