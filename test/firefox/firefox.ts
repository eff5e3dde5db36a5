import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { ownAddresses } from '../../emulator/webrtc/media-address.ts';
import { temporaryDirectory } from '../temporary.ts';

const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));

declare module 'vitest' {
  interface TaskMeta {
    /** What a test needs and misses where it is skipped: the last lines of a run say so. */
    needs?: string;
  }
}

/** A browser, or why there is none to test with. */
type Opened = { browser: Browser; missing?: undefined } | { browser?: undefined; missing: string };

/** Firefox and the address that it can send media to, or why one of them is missing. */
export async function readyFirefox(): Promise<Opened & { mediaAddress?: string | undefined }> {
  const [, mediaAddress] = ownAddresses();
  if (mediaAddress === undefined)
    return { missing: 'this machine has no IPv4 address but 127.0.0.1, and Firefox sends no media there' };
  return { ...(await openFirefox()), mediaAddress };
}

/**
 * Firefox without a window, driven over WebDriver BiDi, with H.264 in WebRTC.
 *
 * Firefox offers H.264 in WebRTC where the plugin OpenH264 is registered, which it downloads after its first start. A test must not depend
 * on a download, and a profile of its own has none. So the plugin is registered by a description alone, without its code, and a setting
 * has the system's libavcodec decode instead. Nothing else differs from a Firefox that a person has just installed.
 */
async function openFirefox(): Promise<Opened> {
  if (FIREFOX === undefined) return { missing: 'there is no Firefox (apt-get install firefox-esr)' };
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    env: { ...process.env, MOZ_GMP_PATH: describeOpenH264() },
    extraPrefsFirefox: { 'media.navigator.mediadatadecoder_h264_enabled': true },
  });
  if (await decodesH264(browser)) return { browser };
  await browser.close();
  return {
    missing: 'this Firefox can’t decode H.264 (apt-get install libavcodec59, or what your system calls it)',
  };
}

/** @returns the folder of the description, whose names Firefox prescribes */
function describeOpenH264(): string {
  const folder = join(temporaryDirectory(), 'gmp-gmpopenh264', 'described');
  mkdirSync(folder, { recursive: true });
  const description = ['Name: gmpopenh264', 'Description: H.264', 'Version: 1.0'];
  const apis = 'APIs: encode-video[h264], decode-video[h264]';
  writeFileSync(join(folder, 'gmpopenh264.info'), `${[...description, apis].join('\n')}\n`);
  return folder;
}

/**
 * Files are decoded by the system's libavcodec as well. `isTypeSupported()` says yes without it: what is asked here tries a decoder, and
 * WebRTC's own answer only repeats which plugins are registered.
 */
async function decodesH264(browser: Browser): Promise<boolean> {
  const page = await browser.newPage();
  try {
    const video = {
      contentType: 'video/mp4; codecs="avc1.42e01f"',
      width: 640,
      height: 360,
      bitrate: 1e6,
      framerate: 30,
    };
    const asked = JSON.stringify({ type: 'file', video });
    const answer = await page.evaluate(
      `navigator.mediaCapabilities.decodingInfo(${asked}).then(({ supported }) => supported)`,
    );
    return answer === true;
  } finally {
    await page.close();
  }
}
