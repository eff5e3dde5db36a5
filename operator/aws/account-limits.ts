import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { EXIT, Failure } from '../cli/failure.ts';
import { allPages, clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/** A quota of an AWS service. */
export interface Quota {
  name: string;
  value: number;
}

/** Applied values, or AWS's defaults. */
export type QuotaOperation = 'ListServiceQuotas' | 'ListAWSDefaultServiceQuotas';

const PAGINATORS = {
  ListServiceQuotas: paginateListServiceQuotas,
  ListAWSDefaultServiceQuotas: paginateListAWSDefaultServiceQuotas,
};

/**
 * The quotas of GameLift Streams, as far as Service Quotas lists them. There are none if it does not know the service.
 * @throws Failure in a few words, with `EXIT.refused` if AWS denies access; or whatever credentials and network fail with
 */
export async function listQuotas(signer: Signer, operation: QuotaOperation): Promise<Quota[]> {
  try {
    const quotas = await withClient(new ServiceQuotasClient(clientConfig(signer)), (client) => {
      const pages = PAGINATORS[operation](
        { client, pageSize: 100, stopOnSameToken: true },
        { ServiceCode: 'gameliftstreams' },
      );
      return allPages(pages, (page) => page.Quotas);
    });
    return quotas.flatMap(({ QuotaName: name, Value: value }) =>
      name === undefined || value === undefined ? [] : [{ name, value }],
    );
  } catch (error) {
    if (error instanceof Failure && error.code === 'NoSuchResourceException') return [];
    throw error;
  }
}

/**
 * The concurrent executions that Lambda grants this account in a Region, without those reserved for single functions.
 * @throws Failure, with `EXIT.refused` if AWS denies access; or whatever credentials and network fail with
 */
export async function unreservedConcurrency(signer: Signer): Promise<number> {
  const { AccountLimit } = await withClient(new LambdaClient(clientConfig(signer)), (lambda) =>
    lambda.send(new GetAccountSettingsCommand()),
  );
  const granted = AccountLimit?.UnreservedConcurrentExecutions;
  if (granted === undefined) throw new Failure('its answer has no number of executions', EXIT.failed);
  return granted;
}
