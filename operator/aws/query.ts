import { EXIT, Failure } from '../cli/failure.ts';
import { type Signer, signedFetch } from './signed-fetch.ts';
import { element } from './xml.ts';

/** AWS services with the Query protocol. The key is as in the SDKs' variable for an endpoint, the value is host and signing name. */
const HOSTS = { cloudformation: 'cloudformation', cloudwatch: 'monitoring', sns: 'sns', sts: 'sts' } as const;

/**
 * Calls an AWS service that has the Query protocol. An SDK client for each would be much to install for a few small calls.
 * @returns XML
 * @throws Failure with AWS's own sentence and code, and `EXIT.refused` if AWS denies access; or whatever credentials and
 * network fail with
 */
export async function query(
  signer: Signer,
  service: keyof typeof HOSTS,
  parameters: Record<string, string>,
): Promise<string> {
  const endpoint =
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
    `https://${HOSTS[service]}.${signer.region}.amazonaws.com/`;
  const response = await signedFetch(signer, {
    method: 'POST',
    url: new URL(endpoint),
    service: HOSTS[service],
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  });
  if (response.status === 200) return response.text;
  throw new Failure(
    element(response.text, 'Message') ?? `${service} answered ${response.status}`,
    response.status === 403 ? EXIT.refused : EXIT.failed,
    { code: element(response.text, 'Code') },
  );
}
