import type { Scope } from './scope.ts';
import type { GameLiftStreamsLike } from './sdk.ts';

/** Gives the player's keyboard, mouse and gamepads to at most one connection. */
export interface Input {
  /** Attaches input to this object, and releases keys that were held down before. */
  attach(sdk: GameLiftStreamsLike | undefined): void;
  /** Detaches input. */
  detach(): void;
}

/**
 * @param isOurs whether input is attached here; otherwise the page does it.
 * @param scope once it has ended, nothing is attached and no event is emitted.
 */
export function createInput(isOurs: boolean, { signal, emit }: Scope): Input {
  let holder: GameLiftStreamsLike | undefined;
  /** The object that was detached while the network was dark: its key releases may be lost. */
  let detached: GameLiftStreamsLike | undefined;

  function guarded(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      emit({ name: 'input_failed', error });
    }
  }

  return {
    attach(sdk) {
      if (!isOurs || !sdk || signal.aborted) return;
      holder = sdk;
      guarded(() => {
        sdk.attachInput?.();
        if (sdk !== detached) return;
        // The game missed the keys that were released meanwhile.
        sdk.detachInput?.();
        sdk.attachInput?.();
      });
      detached = undefined;
    },
    detach() {
      detached = holder;
      holder = undefined;
      guarded(() => detached?.detachInput?.());
    },
  };
}
