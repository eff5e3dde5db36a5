/**
 * What a page has anyway; here only so that the examples can be checked. The Web SDK plays an element only if it has
 * `autoplay`: `<video autoplay muted playsinline>` and `<audio autoplay>`.
 */
export const videoElement = document.querySelector('video') as HTMLVideoElement;
export const audioElement = document.querySelector('audio') as HTMLAudioElement;

export const overlay = document.querySelector('output') as HTMLOutputElement;

export function button(label: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.textContent = label;
  return document.body.appendChild(made);
}

export function show(text: string): void {
  document.title = text;
}

/** An access token from the page's own sign-in; undefined where the player is signed out. */
export async function accessToken(how: { fresh: boolean }): Promise<string | undefined> {
  const response = await fetch(`/token?fresh=${how.fresh}`);
  return response.status === 401 ? undefined : response.text();
}
