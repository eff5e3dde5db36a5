import type { Answer, Api, Offer, SessionAnswer, StreamSession } from '../../../local/console/page/api.ts';
import { SIGNED_OUT } from '../../../local/console/page/model.ts';
import { createPlay } from '../../../local/console/page/play.ts';
import type { Refusal } from '../../../local/console/page/problem.ts';
import type { StreamEvents } from '../../../local/console/page/stream.ts';

/** A session as the API shows it. */
export const session: StreamSession = {
  streamGroupId: 'sg-1',
  streamSessionId: 'ss-1',
  status: 'ACTIVE',
  createdAt: '2026-01-01T00:00:00.000Z',
  connectionTimeoutSeconds: 120,
};

/** A refusal of the API's. */
export function refuse(
  code: string,
  retry: Refusal['retry'],
  more: Partial<Refusal> = {},
): { refusal: Refusal } {
  return { refusal: { code, retry, status: 409, detail: `${code}.`, ...more } };
}

/** An answered connection. */
export function answer(connectionId: string, more: Partial<SessionAnswer> = {}): { body: SessionAnswer } {
  return {
    body: { streamSession: session, signalResponse: `answer for ${connectionId}`, connectionId, ...more },
  };
}

type Call = { route: keyof Api; offer?: Offer; previousConnectionId?: string | undefined };
type Reply = Answer<unknown> | Error | (() => Promise<Answer<unknown>>);

/** A connection of the fake game: decodes a frame each time it is asked while it flows. */
class FakeStream {
  closed = false;
  flows = true;
  frames = 0;
  answered: string | undefined;
  readonly events: StreamEvents;
  readonly name: string;
  constructor(name: string, events: StreamEvents) {
    this.name = name;
    this.events = events;
  }
  generateSignalRequest = async () => this.name;
  processSignalResponse = async (signalResponse: string) => {
    this.answered = signalResponse;
  };
  attachInput = () => undefined;
  close = () => {
    this.closed = true;
  };
  framesDecoded = async () => {
    if (this.flows && this.answered !== undefined) this.frames += 1;
    return this.frames;
  };
  say(message: object): void {
    this.events.applicationMessage(new TextEncoder().encode(JSON.stringify(message)));
  }
}

/** A player in front of an API whose replies are given in order, with the game's connections in reach. */
export function createTable(remembered?: { streamSessionId: string; counter: number }) {
  const calls: Call[] = [];
  const replies: Reply[] = [];
  const streams: FakeStream[] = [];
  const cuts: string[] = [];
  const states: string[] = [];
  let model = SIGNED_OUT;

  async function reply<Body>(call: Call): Promise<Answer<Body>> {
    calls.push(call);
    const next = replies.shift();
    if (next === undefined) throw new Error(`unexpected ${call.route}`);
    if (next instanceof Error) throw next;
    return (typeof next === 'function' ? await next() : next) as Answer<Body>;
  }

  const api: Api = {
    start: (_group, _application, offer) => reply({ route: 'start', offer }),
    status: () => reply({ route: 'status' }),
    mine: () => reply({ route: 'mine' }),
    reconnect: (_of, offer, previousConnectionId) =>
      reply({ route: 'reconnect', offer, previousConnectionId }),
    end: () => reply({ route: 'end' }),
  };
  const play = createPlay({
    api,
    streamGroupId: 'sg-1',
    application: 'a-1',
    createStream(events) {
      const stream = new FakeStream(`offer ${streams.length + 1}`, events);
      streams.push(stream);
      return stream;
    },
    cutConnection: async (_session, how) => {
      cuts.push(how);
      if (replies[0] instanceof Error) throw replies.shift();
    },
    changed: (next) => {
      model = next;
      if (states.at(-1) !== model.state) states.push(model.state);
    },
    remembered,
  });

  return {
    play,
    calls,
    replies,
    streams,
    cuts,
    states,
    model: () => model,
    /** The connection there is. */
    stream(): FakeStream {
      const last = streams.at(-1);
      if (last === undefined) throw new Error('no connection was made');
      return last;
    },
    /** Signs in without a session and starts one; its counter stands at 100. */
    async playing(): Promise<void> {
      replies.push({ body: { streamSessions: [] } }, answer('c-1'));
      await play.begin('alice');
      await play.start();
      this.stream().say({ type: 'state', counter: 100 });
    },
  };
}
