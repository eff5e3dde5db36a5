import { Duplex } from 'node:stream';

/** A request of the SDK's, as a rehearsal sees it. */
export interface RehearsedRequest {
  /** DynamoDB's operation, such as `DynamoDB_20120810.UpdateItem`; absent where the path says it. */
  target: string | undefined;
  body: string;
}

/** What stands in for AWS in a rehearsal: the object of an answer's JSON. */
export type Stage = (request: RehearsedRequest) => object;

const HEADERS_END = '\r\n\r\n';

/** A connection with nobody at the other end. It answers one request by the stage, then closes. */
export class StageConnection extends Duplex {
  readonly #stage: Stage;
  #written = Buffer.alloc(0);

  constructor(stage: Stage) {
    super();
    this.#stage = stage;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#written = Buffer.concat([this.#written, chunk]);
    try {
      const request = requestOf(this.#written);
      if (request) this.#answer(JSON.stringify(this.#stage(request)));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #answer(body: string): void {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
    this.push(head + HEADERS_END + body);
    this.push(null);
  }

  // What Node's client calls of a socket.
  setKeepAlive(): void {}
  setNoDelay(): void {}
  setTimeout(): void {}
  ref(): void {}
  unref(): void {}
}

/** The request in what was written, once it is complete. */
function requestOf(written: Buffer): RehearsedRequest | undefined {
  const end = written.indexOf(HEADERS_END);
  if (end < 0) return undefined;
  const head = written.toString('latin1', 0, end);
  const body = written.toString('utf8', end + HEADERS_END.length);
  if (Buffer.byteLength(body) < Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)) return undefined;
  return { target: /^x-amz-target: *(\S+)/im.exec(head)?.[1], body };
}
