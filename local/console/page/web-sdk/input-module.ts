import type { WebSdkPerformanceStats } from '../../../../client/src/web-sdk.ts';
import type { ClientRtc } from './offer.ts';

/** The part of the SDK that the server supplies. It talks to the game over the data channels. */
export interface InputModule {
  attach(): void;
  detach(): void;
  processKeyboardEvent(event: KeyboardEvent): boolean;
  processMouseEvent(event: MouseEvent): boolean;
  processGamepadEvent(event: GamepadEvent): boolean;
  pollTrackedGamepads(): boolean;
  sendApplicationMessage(message: Uint8Array): boolean;
}

interface InputModuleOptions {
  webSdkVersion: string;
  signalResponse: string;
  videoElement: HTMLVideoElement;
  inputConfiguration: object;
  clientRtc: ClientRtc;
  debugLog: (message: string) => void;
  onServerDisconnect: (reason: string) => void;
  onApplicationMessageReceived: (message: Uint8Array) => void;
  /** From 1.2 on. */
  onPerformanceStatsReceived?: (stats: WebSdkPerformanceStats) => void;
}

declare global {
  interface Window {
    GameCastInputModule?: { GameCastInput: new (options: InputModuleOptions) => InputModule };
  }
}

/**
 * Loads the module's script once a page, and makes an input module.
 * @throws Error when the script can't be loaded, or is not an input module
 */
export async function loadInputModule(address: string, options: InputModuleOptions): Promise<InputModule> {
  await loadScript(address);
  const Input = window.GameCastInputModule?.GameCastInput;
  if (Input === undefined) throw new Error('the input module did not load');
  return new Input(options);
}

function loadScript(address: string): Promise<void> {
  const present = [...document.scripts].some(
    ({ src, dataset }) => src === address && dataset.loaded === 'true',
  );
  if (present) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.crossOrigin = 'anonymous';
    script.src = address;
    script.onload = () => {
      script.dataset.loaded = 'true';
      resolve();
    };
    script.onerror = () => {
      script.remove();
      reject(new Error('the input module could not be loaded'));
    };
    document.head.append(script);
  });
}
