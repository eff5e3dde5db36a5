import type { Browser } from 'playwright-core';
import { EXIT, Failure } from '../cli/failure.ts';

/** A browser whose network can be taken away. */
export interface Network {
  /** From now on nothing leaves the browser and nothing arrives, and nobody is told: as when a cable is pulled. */
  stop(): void;
  start(): void;
}

const NETWORK_SERVICE = 'network.mojom.NetworkService';

/**
 * Chromium has one process for its network: sockets of pages and of WebRTC alike. A stopped process closes nothing.
 * @param browser has loaded a page, since Chromium starts that process when it is first needed
 * @throws Failure where there is no such process, or the machine cannot stop one
 */
export async function networkOf(browser: Browser): Promise<Network> {
  if (process.platform === 'win32') {
    throw new Failure('Windows cannot stop a process: run this on Linux or macOS.', EXIT.failed);
  }
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  const id = processInfo.find(({ type }) => type === NETWORK_SERVICE)?.id;
  if (id === undefined) {
    throw new Failure('This browser has no process for its network: use Chromium or Chrome.', EXIT.failed);
  }
  return {
    stop: () => void process.kill(id, 'SIGSTOP'),
    start: () => void process.kill(id, 'SIGCONT'),
  };
}
