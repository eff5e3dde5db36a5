import { EXIT, Failure } from './failure.ts';
import { type Signer, signedFetch } from './signed-fetch.ts';
import { element } from './xml.ts';

const TIMEOUT_MS = 15_000;

/** Services of the Query kind: by the name that the SDKs' own variable has for an endpoint, their host and signing name. */
const HOSTS = { cloudformation: 'cloudformation', cloudwatch: 'monitoring', sns: 'sns', sts: 'sts' } as const;

/**
 * Calls one of AWS's services of the Query kind. For a few small calls an SDK client each would be much to install.
 * @returns XML
 * @throws Failure with AWS's own sentence and code, `EXIT.refused` where it is not allowed; or whatever credentials and
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
  const answer = await signedFetch(signer, {
    method: 'POST',
    url: new URL(endpoint),
    service: HOSTS[service],
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.status === 200) return answer.text;
  throw new Failure(
    element(answer.text, 'Message') ?? `${service} answered ${answer.status}`,
    answer.status === 403 ? EXIT.refused : EXIT.failed,
    { code: element(answer.text, 'Code') },
  );
}
