import { createHash } from 'node:crypto';

/**
 * The name of a resource that the template leaves unnamed, in CloudFormation's own pattern
 * (`Stack-LogicalId-SUFFIX`), but the same at every start.
 * @param limit the longest name the resource may have, in characters
 */
export function generatedName(stackName: string, logicalId: string, limit: number): string {
  const suffix = suffixOf(`${stackName}/${logicalId}`, 12).toUpperCase();
  const room = limit - suffix.length - 2;
  const stackPart = stackName.slice(0, Math.max(1, Math.floor(room / 2)));
  return `${stackPart}-${logicalId.slice(0, room - stackPart.length)}-${suffix}`;
}

/** An id like those API Gateway assigns: lower-case letters and digits. */
export function generatedId(stackName: string, logicalId: string, length: number): string {
  return suffixOf(`${stackName}/${logicalId}`, length);
}

function suffixOf(seed: string, length: number): string {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
  return Array.from(createHash('sha256').update(seed).digest().subarray(0, length), (byte) =>
    digits.charAt(byte % digits.length),
  ).join('');
}
