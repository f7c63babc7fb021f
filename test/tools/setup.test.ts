import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findCommand } from "../../tools/setup/requirements.mjs";
import { FakeComputer, programs } from "./fake-computer.ts";

const present = { tool: "exit 0" };
const env = findCommand("env", process.env.PATH ?? "") ?? "/usr/bin/env";
const flock = findCommand("flock", process.env.PATH ?? "");
const install = "apt-get install --no-install-recommends -o DPkg::Lock::Timeout=600 -y -q tool-apt";
const quietly = "--no-audit --no-fund --loglevel=error";
const npmCi = `npm ci --include=dev ${quietly}`;
const simulate = install.replace("-y -q", "--simulate -qq");

function aptComputer(overrides: Record<string, string> = {}): FakeComputer {
  const computer = new FakeComputer({
    id: programs.root,
    "apt-get": programs.aptGet,
    ...overrides,
  });
  computer.link("env", env);
  return computer;
}

test("says and does nothing when nothing is missing", async () => {
  using computer = new FakeComputer(present);
  expect(await computer.setUp()).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(computer.calls).toEqual([]);
});

describe("system packages", () => {
  test("root installs through apt", async () => {
    using computer = aptComputer();
    expect(await computer.setUp()).toMatchObject({ status: 0, stderr: "" });
    expect(computer.calls).toEqual([simulate, install]);
  });

  test("a second run finds nothing to do", async () => {
    using computer = aptComputer();
    await computer.setUp();
    const calls = computer.calls;
    expect(await computer.setUp()).toMatchObject({ status: 0, stdout: "" });
    expect(computer.calls).toEqual(calls);
  });

  test("what is missing beside the new packages is installed after them", async () => {
    const script = `log apt-get "$@"; case "$*" in *--simulate*|update) ;;
      *tool-apt*) /bin/ln -s /bin/sh "$here/tool";; *) /bin/ln -s /bin/sh "$here/late";; esac`;
    using computer = aptComputer({ "apt-get": script });
    const late = {
      ...{ id: "late", purpose: "the rest", command: "late", after: "tool" },
      packages: { apt: ["late-apt"] },
    };
    computer.requireNode("20.0.0", "pinned-node", [late]);
    expect(await computer.setUp()).toMatchObject({ status: 0, stderr: "" });
    const second = [simulate, install].map((words) => words.replace("tool-apt", "late-apt"));
    expect(computer.calls).toEqual([simulate, install, ...second]);
  });

  test("package lists are fetched when there are none", async () => {
    const script = `case "$*" in *--simulate*) log simulate; exit 100;; esac; ${programs.aptGet}`;
    using computer = aptComputer({ "apt-get": script });
    expect(await computer.setUp()).toMatchObject({ status: 0 });
    expect(computer.calls).toEqual(["simulate", "apt-get update", install]);
  });

  test("package lists are fetched when they name versions that are gone", async () => {
    const script = `case "$*" in *-y*) [ -e "$root/updated" ] || { log 404; exit 100; };;
      update) : > "$root/updated";; esac; ${programs.aptGet}`;
    using computer = aptComputer({ "apt-get": script });
    expect(await computer.setUp()).toMatchObject({ status: 0 });
    expect(computer.calls).toEqual([simulate, "404", "apt-get update", install]);
  });

  test("an apt that fails is told with the command to try by hand", async () => {
    using computer = aptComputer({ "apt-get": "echo 'E: broken'; exit 100" });
    const { status, stdout, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stdout).toContain("E: broken");
    expect(stderr).toBe(
      "set-up: apt-get could not install tool-apt: see its own words above.\n" +
        "  to try again by hand: apt-get install tool-apt\n",
    );
  });

  test("an installation that brings nothing is an error", async () => {
    using computer = aptComputer({ "apt-get": "exit 0" });
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toBe(
      "set-up: apt-get installed its packages, but this is still not to be found:\n" +
        "  tool: the tool of the test\n",
    );
  });

  test("sudo is used where it asks for no password", async () => {
    using computer = aptComputer({ id: programs.user, sudo: programs.sudoAllowed });
    expect(await computer.setUp()).toMatchObject({ status: 0 });
    expect(computer.calls).toEqual([
      "sudo -n true",
      `sudo -n env DEBIAN_FRONTEND=noninteractive ${simulate}`,
      simulate,
      `sudo -n env DEBIAN_FRONTEND=noninteractive ${install}`,
      install,
    ]);
  });

  test.each([
    ["sudo that asks for a password", { sudo: programs.sudoRefused }],
    ["no sudo", {}],
  ])("without rights (%s) the one command is printed", async (_name, sudo) => {
    using computer = aptComputer({ id: programs.user, ...sudo });
    expect(await computer.setUp()).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "set-up: install what is missing with: " +
        "sudo apt-get install --no-install-recommends tool-apt\n  tool: the tool of the test\n",
    });
    expect(computer.calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
  });

  test.each([
    ["dnf", "sudo dnf install tool-dnf"],
    ["pacman", "sudo pacman -S --needed tool-pacman"],
    ["zypper", "sudo zypper install tool-zypper"],
    ["brew", "brew install tool-brew"],
  ])("%s is never run: its command is printed", async (name, command) => {
    using computer = new FakeComputer({ id: programs.user, [name]: 'log "$0"' });
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toBe(
      `set-up: install what is missing with: ${command}\n  tool: the tool of the test\n`,
    );
    expect(computer.calls).toEqual([]);
  });

  test("an unknown distribution is told what to look for", async () => {
    using computer = new FakeComputer({ id: programs.user });
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toBe(
      "set-up: install what is missing with your system's package manager " +
        "(none of apt, dnf, zypper, pacman and brew was found):\n  tool: the tool of the test\n",
    );
  });
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
