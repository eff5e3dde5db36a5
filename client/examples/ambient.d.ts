// What the examples use of React and of the Web SDK's script, which are installed by whoever uses them.

declare module 'react' {
  export function useState<T>(initial: () => T): [T, (next: T) => void];
  export function useEffect(effect: () => () => void, on: readonly unknown[]): void;
  export function useRef<T>(initial: null): { current: T | null };
  export function useSyncExternalStore<T>(
    subscribe: (changed: () => void) => () => void,
    now: () => T,
    onServer: () => T,
  ): T;
}

declare module 'react/jsx-runtime' {
  export namespace JSX {
    interface IntrinsicElements {
      [element: string]: Record<string, unknown>;
    }
  }
  export const jsx: unknown;
  export const jsxs: unknown;
}

declare namespace gameliftstreams {
  class GameLiftStreams {
    constructor(parts: {
      videoElement: HTMLVideoElement;
      audioElement?: HTMLAudioElement;
      inputConfiguration?: { autoMouse?: boolean };
      streamConfiguration?: { forceRelay?: boolean };
      clientConnection?: {
        connectionState?: (state: string) => void;
        channelError?: (error: Event) => void;
        serverDisconnect?: (reason: string) => void;
        applicationMessage?: (message: Uint8Array) => void;
      };
    });
    generateSignalRequest(): Promise<string>;
    processSignalResponse(signalResponse: string): Promise<void>;
    enableMicrophone(): Promise<void>;
    addGamepad(gamepad: Gamepad): boolean;
    attachInput(): void;
    close(): void;
    getVideoRTCStats(): Promise<RTCStatsReport>;
  }
}
