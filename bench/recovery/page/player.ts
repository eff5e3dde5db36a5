/** The deployment and the player of a page. */
export interface PlayerSettings {
  api: string;
  streamGroupId: string;
  token: string;
}

/** Marks the steps of a recovery. */
export interface Marks {
  detected(): void;
  answered(): void;
}

/** One policy's player. */
export interface Player {
  /** Starts a session and connects to it. A loss is handled by the player itself. @returns the session's id */
  play(): Promise<string>;
}

export type CreatePlayer = (settings: PlayerSettings, elements: Elements, marks: Marks) => Player;

/** The elements that it plays in. */
export interface Elements {
  videoElement: HTMLVideoElement;
  audioElement: HTMLAudioElement;
}
