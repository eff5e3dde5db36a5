import { afterAll, expect, it } from 'vitest';
import { machineClock } from '../../../emulator/model/clock.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../emulator/model/settings.ts';
import { shutdownWebRtc } from '../../../emulator/server.ts';
import { NO_CLIENT_CONNECTION } from '../../../emulator/sessions/session-request.ts';
import { StreamSession } from '../../../emulator/sessions/stream-session.ts';
import { createPlayer } from '../player.ts';
import { newOffer } from '../support.ts';

afterAll(() => shutdownWebRtc());

const sessionOf = (SignalRequest: string, settings: Partial<Settings>) =>
  new StreamSession(
    {
      id: 'x',
      arn: 'arn:aws:gameliftstreams:us-west-2:123456789012:streamsession/sg-1/x',
      streamGroupId: 'sg-1',
      location: 'us-west-2',
      applicationArn: 'arn:aws:gameliftstreams:us-west-2:123456789012:application/a-1',
      webSdkProtocolUrl: 'http://127.0.0.1/x.js',
      settings: () => ({ ...DEFAULT_SETTINGS, signallingConnectSeconds: 0, ...settings }),
      clock: machineClock,
      random: Math.random,
      onFinished: () => {},
    },
    {
      SignalRequest,
      Protocol: 'WebRTC',
      ConnectionTimeoutSeconds: 120,
      SessionLengthSeconds: 600,
    },
  );

it('of two clients that reconnect at the same moment, one is connected and the other refused', async () => {
  const session = sessionOf(NO_CLIENT_CONNECTION, { activationSeconds: 0, readySeconds: 1000 });
  await session.place();
  await session.connect(newOffer());
  expect(session.drop({ how: 'close' })).toBe(true);
  const results = await Promise.allSettled([session.connect(newOffer()), session.connect(newOffer())]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  session.dispose();
});

it('an emulator that ends while it answers an offer leaves no peer open', async () => {
  const player = await createPlayer();
  const session = sessionOf(player.signalRequest, {});
  const placed = session.place();
  session.dispose();
  await placed;
  player.close();
  expect(session.peerKind).toBeNull();
});
