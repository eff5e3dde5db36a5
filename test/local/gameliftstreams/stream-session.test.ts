import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../local/gameliftstreams/settings.ts';
import { NO_CLIENT_CONNECTION, StreamSession } from '../../../local/gameliftstreams/stream-session.ts';
import { newOffer } from './support.ts';

it('two clients that come in the same instant are one connection: their turns never overlap', async () => {
  const session = new StreamSession(
    {
      id: 'x',
      arn: 'arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/x',
      streamGroupId: 'sg-1',
      location: 'us-west-2',
      applicationArn: 'arn:aws:gameliftstreams:us-west-2:123456789012:application/a-1',
      webSdkProtocolUrl: 'http://127.0.0.1/x.js',
      settings: () => ({ ...DEFAULT_SETTINGS, activationSeconds: 0, readySeconds: 1000 }),
      onFinished: () => {},
    },
    {
      SignalRequest: NO_CLIENT_CONNECTION,
      Protocol: 'WebRTC',
      ConnectionTimeoutSeconds: 120,
      SessionLengthSeconds: 600,
    },
  );
  await session.place();
  await session.connect(newOffer());
  expect(session.drop('close')).toBe(true);
  const results = await Promise.allSettled([session.connect(newOffer()), session.connect(newOffer())]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  session.dispose();
});
