/** One setting decides what outlives the stack: data, logs and accounts together. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/** CDK's name for the setting. */
export function cdkRemovalPolicy({ removalPolicy }: Pick<Settings, 'removalPolicy'>): RemovalPolicy {
  return removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
