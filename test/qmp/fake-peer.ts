/** A made-up peer at the other end of a pair of streams: for the wire alone. Also for the bench. */
import { createInterface } from "node:readline";
import { type Duplex, duplexPair } from "node:stream";
import { QmpClient, type QmpClientOptions } from "../../harness/qmp/index.ts";

export const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 1, "minor": 2, "major": 7}, "package": "p"}, ' +
  '"capabilities": ["oob"]}}\r\n';

/** A request as the client wrote it. */
export type Request = {
  readonly id: number;
  readonly execute?: string;
  readonly arguments?: object;
};

/** The other end of a pair of streams in this process. */
export class FakePeer {
  readonly clientSide: Duplex;
  readonly #side: Duplex;
  readonly #requests: AsyncIterator<string>;

  constructor() {
    const [clientSide, side] = duplexPair();
    this.clientSide = clientSide;
    this.#side = side;
    this.#requests = createInterface({ input: side })[Symbol.asyncIterator]();
    // A client that gives up destroys its side; this side then fails, as it should.
    side.on("error", () => {});
  }

  say(text: string | Uint8Array): void {
    this.#side.write(text);
  }

  /** Ends the stream from QEMU's side. */
  end(): void {
    this.#side.end();
  }

  async nextRequest(): Promise<Request> {
    const { value } = await this.#requests.next();
    return JSON.parse(value as string) as Request;
  }

  /** Fulfilled once the client's side has been given all that was said so far. */
  get delivered(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** A client that waits for the greeting. */
  connecting(options: QmpClientOptions): Promise<QmpClient> {
    return QmpClient.connect(this.clientSide, { checksCommands: false, ...options });
  }

  /** Takes part in the negotiation; the client is ready afterwards. */
  async connect(options: QmpClientOptions = {}, capabilities = ["oob"]): Promise<QmpClient> {
    // What a test makes up is in no schema.
    const client = new QmpClient(this.clientSide, { checksCommands: false, ...options });
    this.say(GREETING.replace('["oob"]', JSON.stringify(capabilities)));
    const { id } = await this.nextRequest();
    this.say(`{"return": {}, "id": ${id}}\r\n`);
    await client.ready;
    return client;
  }
}

/** What a promise was rejected with; fails if it was not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, but it was fulfilled with ${String(value)}`);
    },
    (error: Error) => error,
  );
}
