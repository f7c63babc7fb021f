import { describe, expect, test } from "vitest";
import { findCommand } from "../../tools/setup/requirements.mjs";
import { FakeComputer, programs } from "./fake-computer.ts";

const env = findCommand("env", process.env.PATH ?? "") ?? "/usr/bin/env";
const words = "apt-get install --no-install-recommends -o DPkg::Lock::Timeout=600";
const install = `${words} -o APT::Status-Fd=3 -y -q tool-apt`;
const simulate = `${words} --simulate -qq tool-apt`;
const asRoot = 'sudo -n env DEBIAN_FRONTEND=noninteractive LC_ALL=C /bin/sh -c exec "$@" 3>&1 sh';

function aptComputer(overrides: Record<string, string> = {}): FakeComputer {
  const computer = new FakeComputer({
    id: programs.root,
    "apt-get": programs.aptGet,
    ...overrides,
  });
  computer.link("env", env);
  return computer;
}

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
    const script = `log apt-get "$@"; case "$*" in *--simulate*|update*) ;;
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
    expect(computer.calls).toEqual(["simulate", "apt-get update -q", "simulate", install]);
  });

  test("package lists are fetched when they name versions that are gone", async () => {
    const script = `case "$*" in *-y*) [ -e "$root/updated" ] || { log 404; exit 100; };;
      update*) : > "$root/updated";; esac; ${programs.aptGet}`;
    using computer = aptComputer({ "apt-get": script });
    expect(await computer.setUp()).toMatchObject({ status: 0 });
    expect(computer.calls).toEqual([simulate, "404", "apt-get update -q", install]);
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

  test("what this release has no package for is told, after the rest is installed", async () => {
    using computer = aptComputer();
    const gone = { id: "gone", purpose: "the rest", command: "gone", packages: { apt: [] } };
    computer.requireNode("20.0.0", "pinned-node", [gone]);
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^set-up: install this by hand, for .+ has no package of it:\n {2}gone: the rest\n$/,
    );
    expect(computer.calls).toEqual([simulate, install]);
  });

  test("so is what apt does not know, once its lists are there", async () => {
    const script = `log apt-get "$@"; case "$*" in
      *gone-apt*) echo "E: Unable to locate package gone-apt" >&2
        echo "E: Package 'late-apt' has no installation candidate" >&2; exit 100;;
      *-y*) /bin/ln -s /bin/sh "$here/tool";; esac`;
    using computer = aptComputer({ "apt-get": script });
    const further = ["gone", "late"].map((id) => ({
      ...{ id, purpose: `the ${id}`, command: id, packages: { apt: [`${id}-apt`] } },
    }));
    computer.requireNode("20.0.0", "pinned-node", further);
    const { status, stderr } = await computer.setUp();
    expect(status).toBe(1);
    expect(stderr).toMatch(/has no package of it:\n {2}gone: the gone\n {2}late: the late\n$/);
    const all = simulate.replace("tool-apt", "gone-apt late-apt tool-apt");
    expect(computer.calls).toEqual([all, "apt-get update -q", all, install]);
  });

  test.each([
    ["this release lacks", { apt: [] }, []],
    ["apt does not know", { apt: ["odd-apt"] }, ["--simulate -qq odd-apt"]],
    [
      "fails to install",
      { apt: ["bad-apt"] },
      ["--simulate -qq bad-apt", "-o APT::Status-Fd=3 -y -q bad-apt"],
    ],
  ])("an optional package that %s stops nothing", async (_name, packages, further) => {
    const script = `case "$*" in *-y*bad-apt|*odd-apt) log "$@"; exit 100;; esac
      ${programs.aptGet}`;
    using computer = aptComputer({ "apt-get": script });
    const neededBy = { development: "optional" };
    const spare = { id: "spare", purpose: "the rest", command: "spare", neededBy, packages };
    computer.requireNode("20.0.0", "pinned-node", [spare]);
    const { status, stdout, stderr } = await computer.setUp();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(
      "set-up: going on without this, which is optional:\n  spare: the rest",
    );
    const ends = computer.calls.map((call) => call.slice(call.indexOf("=600 ") + 5));
    expect(ends).toEqual([
      "--simulate -qq tool-apt",
      "-o APT::Status-Fd=3 -y -q tool-apt",
      ...further,
    ]);
    // Nor does it bring set-up back another time.
    expect(await computer.setUp()).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("sudo is used where it asks for no password", async () => {
    using computer = aptComputer({ id: programs.user, sudo: programs.sudoAllowed });
    expect(await computer.setUp()).toMatchObject({ status: 0 });
    expect(computer.calls).toEqual([
      "sudo -n true",
      `${asRoot} ${simulate}`,
      simulate,
      `${asRoot} ${install}`,
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

  test("the one command brings what is missing beside the new packages, too", async () => {
    using computer = aptComputer({ id: programs.user });
    const later = (id: string, packages: readonly string[]) => ({
      ...{ id, purpose: `the ${id}`, command: id, after: "tool", packages: { apt: packages } },
    });
    // A release without a package for it has what does instead.
    computer.requireNode("20.0.0", "pinned-node", [later("late", ["late-apt"]), later("none", [])]);
    expect((await computer.setUp()).stderr).toBe(
      "set-up: install what is missing with: sudo apt-get install --no-install-recommends " +
        "late-apt tool-apt\n  tool: the tool of the test\n  late: the late\n",
    );
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
