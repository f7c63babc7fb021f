import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findCommand } from "../../tools/setup/requirements.mjs";
import { FakeComputer, programs } from "./fake-computer.ts";

const present = { tool: "exit 0" };
const flock = findCommand("flock", process.env.PATH ?? "");
const quietly = "--no-audit --no-fund --loglevel=http";
const npmCi = `npm ci --include=dev ${quietly}`;

test("says and does nothing when nothing is missing", async () => {
  using computer = new FakeComputer(present);
  expect(await computer.setUp()).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(computer.calls).toEqual([]);
});

describe("npm's packages", () => {
  const changed = { packages: { "": {}, "node_modules/a": { version: "2.0.0" } } };

  test("npm ci runs when the lockfile changed", async () => {
    using computer = new FakeComputer({ ...present, npm: programs.npm });
    computer.write("package-lock.json", changed);
    computer.write("node_modules/a/package.json", "{}");
    expect(await computer.setUp()).toEqual({ status: 0, stdout: "set-up: npm ci\n", stderr: "" });
    expect(computer.calls).toEqual([npmCi]);
    expect(await computer.setUp()).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("an npm that fails is told with its command", async () => {
    using computer = new FakeComputer({ ...present, npm: "exit 7" });
    computer.write("package-lock.json", changed);
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toBe(`set-up: npm could not finish "${npmCi}": it ended with 7\n`);
  });

  test("a lockfile that cannot be read is an error of its own", async () => {
    using computer = new FakeComputer(present);
    computer.write("package-lock.json", "<<<<<<< conflict");
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toBe("set-up: restore package-lock.json: it is not readable\n");
  });

  test.each([
    ["is too old", "98.0.0", {}],
    ["runs no TypeScript", "20.0.0", { NODE_OPTIONS: "--no-experimental-strip-types" }],
  ])("a Node that %s brings the pinned one in, once", async (_name, oldest, variables) => {
    const npm = `log npm "$@"; modules="$root/node_modules"
      /bin/mkdir -p "$modules/pinned-node" "$modules/.bin"
      echo '{"version":"99.0.0"}' > "$modules/pinned-node/package.json"; : > "$modules/.bin/node"`;
    using computer = new FakeComputer({ ...present, npm });
    computer.requireNode(oldest);
    expect(await computer.setUp(variables)).toMatchObject({ status: 0, stderr: "" });
    expect(computer.calls).toEqual([
      `npm install --no-save --ignore-scripts ${quietly} pinned-node@99.0.0`,
    ]);
    expect(await computer.setUp(variables)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("a platform without a pinned Node is told which Node to install", async () => {
    using computer = new FakeComputer(present);
    computer.write("harness/host/requirements.json", {
      node: { oldestForDevelopment: "98.0.0", pinned: "99.0.0", packages: {} },
      requirements: [],
    });
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^set-up: install Node 98\.0\.0 or newer, built .*: this is v\d/);
  });
});

describe("two set-ups at once", () => {
  function unfinished(): FakeComputer {
    const computer = new FakeComputer({ ...present, npm: programs.npm });
    computer.write("node_modules/.package-lock.json", "cut off");
    return computer;
  }

  // style-allow skip: flock belongs to util-linux, and macOS has none.
  test.skipIf(flock === undefined)("with flock the others wait, then find all done", async () => {
    using computer = unfinished();
    computer.link("flock", flock ?? "");
    const endings = await Promise.all([1, 2, 3].map(() => computer.setUp()));
    expect(endings.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      endings.map(() => ({ status: 0, stderr: "" })),
    );
    expect(computer.calls).toEqual([npmCi]);
  });

  test("without flock the second refuses while the first runs", async () => {
    using computer = unfinished();
    computer.write(".bringup/setup.lock/owner", String(process.pid));
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toContain(
      `set-up: wait for the set-up that runs already (process ${process.pid})`,
    );
    expect(computer.calls).toEqual([]);
  });

  test("without flock a lock whose owner is dead is taken over", async () => {
    using computer = unfinished();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    computer.write(".bringup/setup.lock/owner", String(pid));
    expect(await computer.setUp()).toMatchObject({ status: 0, stderr: "" });
    expect(computer.calls).toEqual([npmCi]);
    expect(computer.exists(".bringup/setup.lock")).toBe(false);
  });
});
