/** What a page is told about the deployment and its player. */
export interface PlayerSettings {
  api: string;
  streamGroupId: string;
  token: string;
}

/** What a player tells on the way back. */
export interface Marks {
  detected(): void;
  answered(): void;
}

/** A way to come back. */
export interface Player {
  /** Starts a session and connects to it; what happens at a loss is the player's own affair. @returns the session's id */
  play(): Promise<string>;
}

export type CreatePlayer = (settings: PlayerSettings, elements: Elements, marks: Marks) => Player;

/** Where it plays. */
export interface Elements {
  videoElement: HTMLVideoElement;
  audioElement: HTMLAudioElement;
}
