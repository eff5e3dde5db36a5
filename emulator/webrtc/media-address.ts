import { networkInterfaces } from 'node:os';

/** Where media goes unless another address is asked for: no other machine can send anything there. */
export const LOOPBACK_ADDRESS = '127.0.0.1';

/** The IPv4 addresses of this machine, loopback first. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const ipv4 = all.filter(({ family }) => family === 'IPv4');
  const inNetworks = ipv4.filter(({ internal }) => !internal);
  return [LOOPBACK_ADDRESS, ...inNetworks.map(({ address }) => address)];
}

/**
 * The address that a command line asks for.
 * @throws Error in one sentence when it is none of this machine's
 */
export function parseMediaAddress(text: string): string {
  const own = ownAddresses();
  if (own.includes(text)) return text;
  throw new Error(
    `--media-address must be an IPv4 address of this machine (${own.join(', ')}), not "${text}".`,
  );
}
