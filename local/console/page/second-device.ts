const DEVICE = 'device';

/**
 * Opens the page as another device of the player would: under the other name of this machine, which a browser takes for another
 * site, so that it shares neither storage nor locks with this one. The identity provider knows the player already.
 */
export function openSecondDevice(): void {
  const address = new URL('/', location.href);
  address.hostname = address.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  address.search = new URLSearchParams({ [DEVICE]: '2' }).toString();
  window.open(address, '_blank', 'noopener,width=1180,height=780');
}

/** Whether this visit is a second device's, which signs in by itself. */
export function wantsSignIn(): boolean {
  return new URL(location.href).searchParams.has(DEVICE);
}
