/**
 * The input module that the Web SDK downloads from a signal response's `webSdkProtocolUrl`. It runs in the player's
 * browser, as a plain script. It speaks to the emulator's game: input goes out as JSON on the input channel, the game's messages
 * come in on the client message channel.
 */
(() => {
  const GAMEPAD_AXIS_STEP = 0.05;

  class GameCastInput {
    #options;
    #input;
    #messages;
    #attached = false;
    #gamepads = new Map();
    #listeners;

    /**
     * @param options what the Web SDK hands over, among it `clientRtc` ({rtcPeerConnection, rtcDataChannel,
     * rtcClientMessageChannel}) and the callbacks `onServerDisconnect`, `onApplicationMessageReceived`
     */
    constructor(options) {
      this.#options = options;
      this.#input = options.clientRtc?.rtcDataChannel;
      this.#messages = options.clientRtc?.rtcClientMessageChannel;
      this.#messages?.addEventListener('message', (event) => this.#receive(event.data));
      this.#listeners = {
        keydown: (event) => this.processKeyboardEvent(event),
        keyup: (event) => this.processKeyboardEvent(event),
        mousedown: (event) => this.processMouseEvent(event),
        mouseup: (event) => this.processMouseEvent(event),
        mousemove: (event) => this.processMouseEvent(event),
        wheel: (event) => this.processMouseEvent(event),
        gamepadconnected: (event) => this.processGamepadEvent(event),
        gamepaddisconnected: (event) => this.processGamepadEvent(event),
      };
    }

    attach() {
      if (this.#attached) return;
      this.#attached = true;
      for (const [name, listener] of Object.entries(this.#listeners))
        this.#target(name).addEventListener(name, listener);
    }

    detach() {
      if (!this.#attached) return;
      this.#attached = false;
      for (const [name, listener] of Object.entries(this.#listeners))
        this.#target(name).removeEventListener(name, listener);
    }

    processKeyboardEvent(event) {
      return this.#send({ type: event.type, code: event.code, repeat: event.repeat });
    }

    processMouseEvent(event) {
      const { type, button, buttons, offsetX, offsetY, movementX, movementY, deltaX, deltaY } = event;
      return this.#send({ type, button, buttons, offsetX, offsetY, movementX, movementY, deltaX, deltaY });
    }

    processGamepadEvent(event) {
      if (event.type === 'gamepadconnected') this.#gamepads.set(event.gamepad.index, '');
      else this.#gamepads.delete(event.gamepad.index);
      return this.#send({ type: event.type, index: event.gamepad.index });
    }

    /** Sends the tracked gamepads that have changed since the last poll. */
    pollTrackedGamepads() {
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

    /** @param message bytes for the game, or text */
    sendApplicationMessage(message) {
      if (this.#messages?.readyState !== 'open') return false;
      this.#messages.send(message);
      return true;
    }

    #target(name) {
      return /^(mouse|wheel)/.test(name) ? this.#options.videoElement : window;
    }

    #send(input) {
      if (this.#input?.readyState !== 'open') return false;
      this.#input.send(JSON.stringify(input));
      return true;
    }

    #receive(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
      let message;
      try {
        message = JSON.parse(new TextDecoder().decode(bytes));
      } catch {
        message = undefined;
      }
      if (message?.type === 'serverDisconnect') this.#options.onServerDisconnect?.(message.reason);
      else this.#options.onApplicationMessageReceived?.(bytes);
    }
  }

  window.GameCastInputModule = { GameCastInput };
})();
