import type { HttpApiModel, StackModel } from '../template/model.ts';

/**
 * The stacks with outputs that name where their APIs answer here, in place of API Gateway's addresses.
 * @param addresses each API, and its base URL here
 */
export function withAddresses(
  stacks: readonly StackModel[],
  region: string,
  addresses: readonly (readonly [HttpApiModel, string])[],
): StackModel[] {
  const addressOf = (value: string) => {
    const [, url] =
      addresses.find(([{ apiId }]) => value === `https://${apiId}.execute-api.${region}.amazonaws.com`) ?? [];
    return url ?? value;
  };
  return stacks.map((stack) => ({
    ...stack,
    outputs: Object.fromEntries(
      Object.entries(stack.outputs).map(([name, value]) => [name, addressOf(value)]),
    ),
  }));
}
