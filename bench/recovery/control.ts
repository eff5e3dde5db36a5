import type { Condition } from './conditions.ts';

/** The calls of the emulator's control API that the bench makes. */
export interface Control {
  status(id: string): Promise<string>;
  /** Causes the loss of a condition. */
  drop(id: string, condition: Condition): Promise<void>;
  /** Sets how long AWS takes to notice that a client is gone. */
  notices(seconds: number): Promise<void>;
}

/** @param url the emulator's base URL */
export function control(url: string): Control {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`The emulator answers ${method} ${path} with ${response.status}: ${text}`);
    return JSON.parse(text);
  };
  return {
    status: async (id) => ((await call('GET', `streamsessions/${id}`)) as { status: string }).status,
    drop: async (id, condition) => {
      const { how } = condition;
      const body = condition.how === 'blackout' ? { how, seconds: condition.seconds } : { how };
      await call('POST', `streamsessions/${id}/drop`, body);
    },
    notices: async (lossNoticeSeconds) => {
      await call('PUT', 'settings', { lossNoticeSeconds });
    },
  };
}
