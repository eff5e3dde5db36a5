import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A stack of the cloud assembly, nothing resolved. */
export interface AssembledStack {
  name: string;
  template: Template;
  /** The Region and account that the app fixed; undefined: left open. */
  region?: string;
  accountId?: string;
  /** Absolute directory of each file asset and its hash, by the key of its object in S3. */
  assets: Map<string, { directory: string; hash: string }>;
}

/** The parts of a CloudFormation template this project's stacks use. */
interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Resources?: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown }; Condition?: string }>;
}

/** One resource of a template. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
}

interface Artifact {
  type: string;
  environment?: string;
  properties?: { templateFile?: string; stackName?: string; file?: string; directoryName?: string };
}

/**
 * The stacks of a cloud assembly, stages included.
 * @param outDir the directory the CDK app synthesized into (`cdk.out`)
 * @throws Error when there is no assembly in `outDir`
 */
export function readAssembly(outDir: string): AssembledStack[] {
  const directory = resolve(outDir);
  const manifest = readJson(join(directory, 'manifest.json')) as { artifacts?: Record<string, Artifact> };
  const artifacts = Object.entries(manifest.artifacts ?? {});
  const assets: AssembledStack['assets'] = new Map();
  for (const [, artifact] of artifacts) {
    if (artifact.type === 'cdk:asset-manifest' && artifact.properties?.file) {
      for (const [key, asset] of readFileAssets(directory, artifact.properties.file)) assets.set(key, asset);
    }
  }
  return artifacts.flatMap(([id, artifact]) => {
    const properties = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly' && properties.directoryName) {
      return readAssembly(join(directory, properties.directoryName));
    }
    if (artifact.type !== 'aws:cloudformation:stack' || !properties.templateFile) return [];
    const [, accountId, region] = /^aws:\/\/([^/]*)\/(.*)$/.exec(artifact.environment ?? '') ?? [];
    return [
      {
        name: properties.stackName ?? id,
        template: readJson(join(directory, properties.templateFile)) as Template,
        assets,
        ...(region && region !== 'unknown-region' ? { region } : {}),
        ...(accountId && accountId !== 'unknown-account' ? { accountId } : {}),
      },
    ];
  });
}

interface FileAssets {
  files?: Record<
    string,
    { source: { path?: string; packaging?: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

function readFileAssets(directory: string, file: string): AssembledStack['assets'] {
  const { files = {} } = readJson(join(directory, file)) as FileAssets;
  const assets: AssembledStack['assets'] = new Map();
  for (const [hash, asset] of Object.entries(files)) {
    if (asset.source.packaging !== 'zip' || !asset.source.path) continue;
    for (const { objectKey } of Object.values(asset.destinations)) {
      assets.set(objectKey, { directory: resolve(directory, asset.source.path), hash });
    }
  }
  return assets;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not a readable part of a synthesized CDK app`, { cause: error });
  }
}
