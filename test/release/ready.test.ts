import { describe, expect, it } from 'vitest';
import type { Packed } from '../../release/ready.ts';
import { notReady } from '../../release/ready.ts';

const manifest = {
  name: 'one',
  version: '0.2.0',
  repository: { url: 'git+https://git.example/game.git', directory: 'client' },
  homepage: 'https://git.example/game',
};
const one: Packed = { folder: 'client', manifest };
const CHANGELOG =
  '# Changelog\n\n## 0.2.0 (2027-01-31)\n\n- **New**: a door.\n\n## 0.1.0 (2026-12-01)\n\n- The first.\n';
const refused = (change: object, changelog = CHANGELOG, tag = 'v0.2.0') =>
  notReady(tag, [{ ...one, manifest: { ...manifest, ...change } }], changelog);

describe('a tag is published', () => {
  it('when its version is in CHANGELOG.md with a day, and in a package with addresses', () => {
    expect(refused({})).toEqual([]);
  });

  it.each([
    [
      'with another name than v and a version',
      {},
      CHANGELOG,
      'release-2',
      /^"release-2" is not the tag of a release/,
    ],
    [
      'without an entry in CHANGELOG.md',
      {},
      CHANGELOG.replace('0.2.0', '0.2.1'),
      'v0.2.0',
      /no entry "## 0\.2\.0/,
    ],
    [
      'while CHANGELOG.md says that it is not released',
      {},
      CHANGELOG.replace('2027-01-31', 'not released yet'),
      'v0.2.0',
      /write the day of the release/,
    ],
    ['with an empty entry', {}, CHANGELOG.replace('- **New**: a door.', ''), 'v0.2.0', /no line for 0\.2\.0/],
    [
      'when a package has another version',
      { version: '0.1.0' },
      CHANGELOG,
      'v0.2.0',
      /^client\/package\.json has the version 0\.1\.0: write 0\.2\.0/,
    ],
    [
      'when a package says another folder',
      { repository: { ...manifest.repository, directory: 'x' } },
      CHANGELOG,
      'v0.2.0',
      /"directory": "client"/,
    ],
    ['when a package has no homepage', { homepage: undefined }, CHANGELOG, 'v0.2.0', /no "homepage"/],
    ['when a package is private', { private: true }, CHANGELOG, 'v0.2.0', /is private/],
  ])('not %s', (_when, change, changelog, tag, sentence) => {
    const sentences = refused(change, changelog, tag);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(sentence);
  });
});
