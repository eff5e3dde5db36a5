import { createStream } from 'rejoin-client';
import type { WebSdkPerformanceStats } from 'rejoin-client/web-sdk';
import { accessToken, overlay, videoElement } from './page-parts.ts';

export const stream = createStream({
  api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
  streamGroupId: 'sg-1AB2C3De4',
  createGameLiftStreams: (clientConnection) =>
    new gameliftstreams.GameLiftStreams({
      videoElement,
      clientConnection: { ...clientConnection, performanceStats: draw },
    }),
  getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
});

function draw({ application, system }: WebSdkPerformanceStats): void {
  const whole = (value: number | undefined) => (value === undefined ? '?' : Math.round(value));
  overlay.textContent = `game ${whole(application?.memoryMB)} MB, GPU ${whole(system?.gpuPercent)} %`;
}
