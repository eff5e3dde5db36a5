/**
 * The input module that the Web SDK downloads from a signal response's `webSdkProtocolUrl`. It runs in the player's browser, as a plain
 * script, and talks to the emulator's game. It sends input as JSON on the input channel. On the client message channel, binary messages
 * belong to the application, and text messages to this module and the game.
 */
(() => {
  const GAMEPAD_AXIS_STEP = 0.05;
  /** Source: developer guide, "Data channel communication": 64 KB a message. */
  const MAX_MESSAGE_BYTES = 65_536;

  class GameCastInput {
    #options;
    #configuration;
    #input;
    #messages;
    #attached = false;
    /** The last state sent of each gamepad, by its index. */
    #gamepads = new Map();
    #listeners;

    /**
     * @param options from the Web SDK: `clientRtc` with the connection's data channels, `videoElement`,
     * `inputConfiguration`, and the callbacks `onServerDisconnect`, `onApplicationMessageReceived`,
     * `onPerformanceStatsReceived` (from 1.2 on) and `debugLog`
     */
    constructor(options) {
      this.#options = options;
      this.#configuration = options.inputConfiguration ?? {};
      this.#input = channelOf(options.clientRtc, 'inputChannel');
      this.#messages = channelOf(options.clientRtc, 'clientMessageChannel');
      if (this.#messages) this.#messages.binaryType = 'arraybuffer';
      this.#messages?.addEventListener('message', (event) => this.#receive(event.data));

      const { autoKeyboard, autoMouse, autoGamepad, trackWindowFocus } = this.#configuration;
      const keyboard = (event) => this.processKeyboardEvent(event);
      const mouse = (event) => this.processMouseEvent(event);
      const gamepad = (event) => this.processGamepadEvent(event);
      this.#listeners = [
        ...(autoKeyboard === false ? [] : ['keydown', 'keyup'].map((name) => [window, name, keyboard])),
        ...(autoMouse === false
          ? []
          : ['mousedown', 'mouseup', 'mousemove', 'wheel'].map((name) => [
              options.videoElement,
              name,
              mouse,
            ])),
        ...(autoGamepad === false
          ? []
          : ['gamepadconnected', 'gamepaddisconnected'].map((name) => [window, name, gamepad])),
        ...(trackWindowFocus === false ? [] : [[window, 'blur', () => this.#reset()]]),
      ];
      options.debugLog?.(`input module of the emulator, for Web SDK ${options.webSdkVersion}`);
    }

    attach() {
      if (this.#attached) return;
      this.#attached = true;
      for (const [target, name, listener] of this.#listeners)
        target.addEventListener(name, listener, { passive: true });
      if (this.#configuration.autoGamepad !== false) this.#pollEachFrame();
    }

    detach() {
      if (!this.#attached) return;
      this.#attached = false;
      for (const [target, name, listener] of this.#listeners) target.removeEventListener(name, listener);
      if (this.#configuration.resetOnDetach !== false) this.#reset();
    }

    /** Like its siblings: false when the event was filtered out or cannot be sent now. */
    processKeyboardEvent(event) {
      if (this.#configuration.keyboardFilter?.(event) === false) return false;
      return this.#send({ type: event.type, code: event.code, repeat: event.repeat });
    }

    processMouseEvent(event) {
      if (this.#configuration.mouseFilter?.(event) === false) return false;
      const { type, button, buttons, offsetX, offsetY, movementX, movementY, deltaX, deltaY } = event;
      return this.#send({ type, button, buttons, offsetX, offsetY, movementX, movementY, deltaX, deltaY });
    }

    processGamepadEvent(event) {
      if (this.#configuration.gamepadFilter?.(event.gamepad) === false) return false;
      if (event.type === 'gamepadconnected') this.#gamepads.set(event.gamepad.index, '');
      else this.#gamepads.delete(event.gamepad.index);
      return this.#send({ type: event.type, index: event.gamepad.index });
    }

    /** Sends the tracked gamepads that have changed since the last poll. */
    pollTrackedGamepads() {
      if (this.#gamepads.size === 0) return true;
      for (const gamepad of navigator.getGamepads()) {
        if (!gamepad || !this.#gamepads.has(gamepad.index)) continue;
        const axes = gamepad.axes.map((axis) => Math.round(axis / GAMEPAD_AXIS_STEP) * GAMEPAD_AXIS_STEP);
        const state = JSON.stringify({ axes, buttons: gamepad.buttons.map((button) => button.value) });
        if (state === this.#gamepads.get(gamepad.index)) continue;
        this.#gamepads.set(gamepad.index, state);
        this.#send({ type: 'gamepad', index: gamepad.index, ...JSON.parse(state) });
      }
      return true;
    }

    /**
     * @param message bytes for the application, or text
     * @returns false when there are too many of them, or they cannot be sent now
     */
    sendApplicationMessage(message) {
      const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
      if (this.#messages?.readyState !== 'open' || bytes.byteLength > MAX_MESSAGE_BYTES) return false;
      this.#messages.send(bytes);
      return true;
    }

    #pollEachFrame() {
      if (!this.#attached) return;
      this.pollTrackedGamepads();
      requestAnimationFrame(() => this.#pollEachFrame());
    }

    /** Releases every key and button. */
    #reset() {
      return this.#send({ type: 'reset' });
    }

    #send(input) {
      if (this.#input?.readyState !== 'open') return false;
      this.#input.send(JSON.stringify(input));
      return true;
    }

    #receive(data) {
      if (typeof data !== 'string') {
        this.#options.onApplicationMessageReceived?.(new Uint8Array(data));
        return;
      }
      const { type, reason, stats } = JSON.parse(data);
      if (type === 'performanceStats') this.#options.onPerformanceStatsReceived?.(stats);
      if (type !== 'serverDisconnect') return;
      // The game waits for this message before it ends the connection.
      if (this.#messages.readyState === 'open') this.#messages.send(JSON.stringify({ type: 'goodbye' }));
      this.#options.onServerDisconnect?.(reason);
    }
  }

  /** Finds the data channel with this label in `clientRtc`, under any name. */
  function channelOf(clientRtc, label) {
    const { rtcDataChannel, rtcClientMessageChannel } = clientRtc ?? {};
    return [rtcDataChannel, rtcClientMessageChannel, ...Object.values(clientRtc ?? {})].find(
      (part) => part instanceof RTCDataChannel && part.label === label,
    );
  }

  window.GameCastInputModule = { GameCastInput };
})();
