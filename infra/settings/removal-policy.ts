/** One setting decides what stays when the stack is deleted: data, logs and accounts together. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

export function cdkRemovalPolicy({ removalPolicy }: Pick<Settings, 'removalPolicy'>): RemovalPolicy {
  return removalPolicy === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
