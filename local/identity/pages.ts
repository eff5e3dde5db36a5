import { createHash } from 'node:crypto';
import { STYLE } from './style.ts';

/** A whole HTML document and the headers that belong to it. */
export interface Page {
  html: string;
  headers: Record<string, string>;
}

/** Presses the page's button, which is for browsers without scripts. */
const PRESS = `document.querySelector('button').click();`;

interface SignIn {
  /** Path the form posts to. */
  action: string;
  /** Where the browser may be sent afterwards. */
  redirectOrigins: readonly string[];
  /** The name that was typed before, and what is wrong with it. */
  name?: string;
  problem?: string;
}

/** Asks only for the player's name: this provider serves one machine. */
export function signInPage({ action, redirectOrigins, name = '', problem }: SignIn): Page {
  const error =
    problem === undefined ? '' : `<p class="problem" id="problem" role="alert">${escapeHtml(problem)}</p>`;
  return document({
    title: 'Sign in',
    redirectOrigins,
    body: `<h1>Sign in to play</h1>
<p class="lead">This is the local identity provider: any name works, and there is no password. The same name is
the same player, on every device.</p>
<form method="post" action="${escapeHtml(action)}">
<label for="player">Player name</label>
<input id="player" name="player" value="${escapeHtml(name)}" maxlength="64" required autofocus autocomplete="username"
 autocapitalize="none" spellcheck="false" placeholder="alice"${problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"'}>
${error}<button type="submit">Sign in</button>
</form>`,
  });
}

interface SignOut {
  /** The provider's own form, without a button. */
  form: string;
  /** Whether the console has proved whose sign-in it is. Then the page signs out without a question. */
  isConfirmed: boolean;
  redirectOrigins: readonly string[];
}

/** Signs out at once after the console's own button; otherwise asks first. */
export function signOutPage({ form, isConfirmed: asked, redirectOrigins }: SignOut): Page {
  return document({
    title: 'Sign out',
    redirectOrigins,
    ...(asked ? { script: PRESS } : {}),
    body: `<h1>${asked ? 'Signing out…' : 'Sign out?'}</h1>
<p class="lead">A running stream session stays yours: sign in with the same name to come back to it.</p>
${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
  });
}

/** The last page of a sign-out that did not begin in the console. */
export function signedOutPage(): Page {
  return document({
    title: 'Signed out',
    body: '<h1>Signed out</h1><p class="lead">You can close this tab.</p>',
  });
}

/** What a developer reads whose own page the provider does not know. */
const UNKNOWN_PAGE =
  'A page of your own may sign in here if webOrigins of the settings has its origin: npm start -- --settings FILE.';

/** The page for a sign-in that can't go on. @param out the OAuth error */
export function errorPage(out: { error?: string; error_description?: string }): Page {
  const lost = out.error === 'session_not_found' || out.error === 'server_error';
  const said = out.error_description ?? out.error ?? 'unknown error';
  return document({
    title: 'Sign-in failed',
    body: lost
      ? `<h1>This sign-in is over</h1><p class="lead">It was finished, took longer than an hour, or belongs to a
deployment that has been restarted. Go back to the page that you came from and press Sign in again.</p>`
      : `<h1>This sign-in can’t go on</h1><p class="lead">Go back to the page that you came from and press Sign in again. The provider
says: ${escapeHtml(said)}.</p>${out.error === 'invalid_redirect_uri' ? `<p class="lead">${UNKNOWN_PAGE}</p>` : ''}`,
  });
}

interface Parts {
  title: string;
  body: string;
  script?: string;
  redirectOrigins?: readonly string[];
}

function document({ title, body, script, redirectOrigins = [] }: Parts): Page {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Rejoin</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="brand"><span aria-hidden="true"></span>Rejoin</p>
${body}
</main>${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src ${hashSource(STYLE)}`,
    script === undefined ? "script-src 'none'" : `script-src ${hashSource(script)}`,
    // Browsers apply this to the redirects after a form as well.
    ["form-action 'self'", ...redirectOrigins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    html,
    headers: {
      'content-security-policy': policy.join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  };
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
