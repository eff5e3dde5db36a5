import type { Scope } from './scope.ts';
import type { GameLiftStreamsLike } from './sdk.ts';

/** Who has the player's keyboard, mouse and gamepads: at most one connection. */
export interface Input {
  /** Gives them to this object, and releases in the game what was held down before. */
  attach(sdk: GameLiftStreamsLike): void;
  /** Takes them from whoever has them. */
  detach(): void;
}

/**
 * @param isOurs whether input is attached here; otherwise the page does it.
 * @param scope what is over attaches nothing, and is told nothing.
 */
export function createInput(isOurs: boolean, { signal, tell }: Scope): Input {
  let holder: GameLiftStreamsLike | undefined;
  /** What was detached in the dark: its release of the keys may be lost. */
  let detached: GameLiftStreamsLike | undefined;

  function guarded(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      tell({ name: 'input_failed', error });
    }
  }

  return {
    attach(sdk) {
      if (!isOurs || signal.aborted) return;
      holder = sdk;
      guarded(() => {
        sdk.attachInput?.();
        if (sdk !== detached) return;
        // The game did not hear of keys that were released in the dark.
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
