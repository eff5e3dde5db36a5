import { createStream, type StreamState } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { accessToken, audioElement, button, show, videoElement } from './page-parts.ts';

const stream = createStream({
  api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
  streamGroupId: 'sg-1AB2C3De4',
  createGameLiftStreams: (clientConnection) =>
    new gameliftstreams.GameLiftStreams({
      videoElement,
      audioElement,
      inputConfiguration: { autoMouse: true },
      clientConnection: {
        ...clientConnection,
        applicationMessage: (message) => show(new TextDecoder().decode(message)),
      },
    }),
  getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
  onState: () => draw(),
});

const play = button('Play');
const back = button('Back to my game');
const quit = button('Quit');
play.onclick = () => stream.start({ applicationIdentifier: 'a-9ZY8X7Wv6' });
back.onclick = () => stream.resume({ insist: true });
quit.onclick = () => stream.end();

// A countdown changes although the state does not.
setInterval(draw, 500);
draw();

// After a reload, or on a second device: offer the way back.
stream.find().then(
  (session) => {
    if (session !== undefined) show('Your game is still there.');
  },
  () => show('Your games can’t be looked up at the moment.'),
);

function draw(): void {
  const { name } = stream.state;
  const isBusy = name === 'connecting' || name === 'reconnecting' || name === 'ending';
  play.disabled = back.disabled = isBusy || name === 'connected';
  quit.disabled = name === 'idle' || name === 'ending' || name === 'ended';
  show(sentence(stream.state));
}

/** What the player reads. A state that is forgotten here does not compile. */
function sentence(state: StreamState): string {
  const seconds = (until: number) => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  switch (state.name) {
    case 'idle':
      return 'Ready.';
    case 'connecting':
    case 'reconnecting': {
      const { wait, givesUpAt } = state;
      const doing = state.name === 'connecting' ? 'Connecting' : `Coming back, ${seconds(givesUpAt)} s left`;
      if (wait === undefined) return `${doing} …`;
      const { queuePosition, mayBeTooLate, until } = wait;
      const place = queuePosition === undefined ? '' : `You are number ${queuePosition} in line. `;
      const doubt = mayBeTooLate ? 'It may be too late for this game. ' : '';
      return `${doing}. ${place}${doubt}Next try in ${seconds(until)} s.`;
    }
    case 'connected':
      return 'Playing.';
    case 'ending':
      return 'Ending the game …';
    case 'ended':
      return farewell(state);
  }
}

function farewell(state: Extract<StreamState, { name: 'ended' }>): string {
  switch (state.reason) {
    case 'taken_over':
    case 'held_by_tab':
      return 'You play somewhere else. Come back here?';
    case 'session_ended':
      return `The game is over (${state.statusReason ?? 'no reason given'}).`;
    case 'idle':
    case 'terminated':
    case 'no_session':
    case 'ended_by_player':
      return 'The game is over.';
    case 'expired':
      return `The game could not be reached in time.${forSupport(state)}`;
    case 'refused':
      return state.code === 'session_limit_reached'
        ? 'You have a game already. Go back to it?'
        : state.detail + forSupport(state);
    case 'signed_out':
      return 'Please sign in.';
    case 'failed':
      return 'This browser can’t play the stream.';
    case 'closed':
    case 'aborted':
      return 'Paused. The game goes on for a while.';
  }
}

/** By this the deployment's operators find the request in their logs. */
function forSupport({ requestId }: { requestId?: string }): string {
  return requestId === undefined ? '' : ` Tell support: ${requestId}`;
}
