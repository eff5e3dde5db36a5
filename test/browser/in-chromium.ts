import { describe } from 'vitest';
import { withoutBrowser } from '../../bench/browser/chromium.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What a skipped test is missing. The last lines of a run print it. */
    needs?: string;
  }
}

/** Tests in a real browser. */
export function inChromium(title: string, tests: () => void): void {
  const meta = { needs: 'there is no Chromium (apt-get install chromium)' };
  describe.skipIf(withoutBrowser)(title, { meta }, tests);
}
