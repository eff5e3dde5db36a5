import type { Manifest, PackageFolder } from './packages.ts';

/** A package with what its package.json says. */
export interface Packed extends Pick<PackageFolder, 'folder'> {
  readonly manifest: Manifest;
}

/**
 * The reasons why a tag can't be published, one sentence each. An empty list means that it is ready.
 * @param changelog the text of CHANGELOG.md
 */
export function notReady(tag: string, packages: readonly Packed[], changelog: string): string[] {
  const version = /^v(\d+\.\d+\.\d+(?:-[\w.]+)?)$/.exec(tag)?.[1];
  if (version === undefined)
    return [`"${tag}" is not the tag of a release: write v and a version, such as v0.2.0.`];
  return [...changes(version, changelog), ...packages.flatMap((each) => wrongIn(each, version))];
}

function changes(version: string, changelog: string): string[] {
  const [heading = '', ...lines] =
    changelog
      .split(/^## /m)
      .find((chapter) => chapter.split(/\s/)[0] === version)
      ?.split('\n') ?? [];
  if (heading === '') return [`CHANGELOG.md has no entry "## ${version} (date)": write what changed.`];
  if (!/ \(\d{4}-\d\d-\d\d\)$/.test(heading))
    return [
      `CHANGELOG.md says "## ${heading}": write the day of the release, such as "## ${version} (2027-01-31)".`,
    ];
  return lines.some((line) => /^- \S/.test(line))
    ? []
    : [`CHANGELOG.md has no line for ${version}: write what changed.`];
}

function wrongIn({ folder, manifest }: Packed, version: string): string[] {
  const file = `${folder}/package.json`;
  const { repository, homepage } = manifest;
  return [
    ...(manifest.version === version
      ? []
      : [`${file} has the version ${manifest.version}: write ${version}, as the tag says.`]),
    ...(repository?.url && repository.directory === folder
      ? []
      : [
          `${file} does not say where its source is: write "repository" with "url" and "directory": "${folder}".`,
        ]),
    ...(homepage ? [] : [`${file} has no "homepage": write the address of the pages.`]),
    ...(manifest.private ? [`${file} is private: npm does not publish it. Remove "private".`] : []),
  ];
}
