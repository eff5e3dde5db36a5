import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Game } from './game';
import { finishSignIn, signIn } from './sign-in';

const place = document.querySelector('#page');
if (place === null) throw new Error('index.html has no #page.');
const root = createRoot(place);

finishSignIn().then(
  (isSignedIn) =>
    root.render(
      <StrictMode>
        {isSignedIn ? (
          <Game />
        ) : (
          <button type="button" onClick={signIn}>
            Sign in
          </button>
        )}
      </StrictMode>,
    ),
  (error) => root.render(<p role="alert">{`The sign-in failed: ${String(error)}`}</p>),
);
