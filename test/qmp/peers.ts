/** What the tests of this room talk to: a real QEMU, or, for the wire alone, a made-up peer. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Duplex, duplexPair } from "node:stream";
import { onTestFinished } from "vitest";
import { QmpClient, type QmpClientOptions } from "../../harness/qmp/index.ts";

export const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 1, "minor": 2, "major": 7}, "package": "p"}, ' +
  '"capabilities": ["oob"]}}\r\n';

/** A QEMU with an empty machine that is paused, gone when the test is. */
export interface RealQemu {
  readonly process: ChildProcess;
  readonly stream: Duplex;
  readonly exited: Promise<unknown>;
}

/** Starts QEMU with QMP on descriptor 3; `descriptors` follow from 4 on. */
export function startQemu({
  descriptors = [],
  parameters = [],
}: {
  descriptors?: readonly number[];
  parameters?: readonly string[];
} = {}): RealQemu {
  const qemu = "qemu-system-x86_64 -M none -S -display none -nodefaults";
  const monitor = "-chardev socket,id=q,fd=3 -mon chardev=q,mode=control";
  // The kernel ends QEMU if this process dies in a way that runs no clean-up.
  const prefix = `--pdeathsig KILL ${qemu} ${monitor}`.split(" ");
  const child = spawn("setpriv", [...prefix, ...parameters], {
    stdio: ["ignore", "ignore", "ignore", "pipe", ...descriptors],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return { process: child, stream: child.stdio[3] as unknown as Duplex, exited };
}

/** A client that is ready, on a QEMU of its own. */
export async function connectQemu(
  options: QmpClientOptions = {},
): Promise<RealQemu & { readonly client: QmpClient }> {
  const qemu = startQemu();
  return { ...qemu, client: await QmpClient.connect(qemu.stream, options) };
}

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
