/** The reporter inside the real vitest, on small projects that boot nothing. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";
import { parseXml } from "./parse-xml.ts";

const record = (retry: string, name: string) => `({
  retry: ${retry}, repeat: 0, machines: [{
    name: "${name}", arch: "x86_64", machineType: "pc",
    kernel: { path: "/build/kernel.elf", sha256: "ab".repeat(32), image: "ELF 32-bit, Multiboot" },
    qemu: { binary: "/usr/bin/qemu-system-x86_64", version: "7.2.22" },
    accelerator: { requested: "auto", used: "tcg", why: "KVM is slower here" },
    reproduce: "qemu-system-x86_64 -kernel /build/kernel.elf",
    directory: "/evidence", files: [{ name: "serial0.log", path: "/evidence/serial0.log" }],
    serial: [{ port: "serial0", text: "hello from try " + ${retry} + "\\n", omittedBytes: 0 }],
    exit: { kind: "power-off", because: "SHUTDOWN guest-shutdown" }, findings: [], timeline: [],
  }],
})`;

const everyKind = {
  "tests/all.test.js": `
import { afterAll, beforeAll, describe, expect, test } from "vitest";
let tries = 0;
describe("group", () => {
  test("passes", { tags: ["slow"] }, async ({ task, annotate }) => {
    task.meta.bringup = { attempts: [${record("0", "boot-1")}] };
    Object.assign(task.meta, { requirement: "OS-17", bootMs: 12.5, of: ["\\x1b[31mred", null] });
    Object.assign(task.meta, { long: "x".repeat(2_000), none: undefined });
    await annotate("the screen", "screenshot", { path: "tests/picture.txt" });
    console.log("said by the test");
  });
  test("passes", () => {});
  test("fails twice at once", () => { expect.soft(1).toBe(2); expect(3).toBe(4); });
});
test("skips with a reason", ({ skip }) => skip("no KVM here"));
test.skip("skipped in the file", () => {});
test.todo("to do");
test("flaky", { retry: 2 }, ({ task }) => {
  const attempt = tries++;
  (task.meta.bringup ??= { attempts: [] }).attempts.push(${record("attempt", "flaky-1")});
  if (attempt === 0) throw new Error("only the first time", { cause: new TypeError("the root") });
});
test("fails every time", { retry: 1 }, () => { throw new RangeError("try " + tries++); });
test("throws no error", () => { throw "a string"; });
describe("broken set-up", () => {
  beforeAll(() => { throw new Error("set-up broke"); });
  test("cannot run", () => {});
});
describe("broken tear-down", () => {
  afterAll(() => { throw new Error("tear-down broke"); });
  test("ran before it", () => {});
});
test("leaks an error", () => {
  const done = new Promise((resolve) => process.once("uncaughtExceptionMonitor", resolve));
  setImmediate(() => { throw new Error("nobody caught this"); });
  return done;
});
`,
  "tests/picture.txt": "picture\n",
  "tests/unloadable.test.js": 'throw new Error("broken at the top");\n',
  "tests/two.shared.js": 'import { test } from "vitest"; test("in both", () => {});\n',
};

const projects = `
  tags: [{ name: "slow" }],
  projects: [
    { extends: true, test: { name: "one", include: ["tests/*.test.js", "tests/*.shared.js"] } },
    { extends: true, test: { name: "two", include: ["tests/*.shared.js"] } },
  ],
`;

// A start of vitest takes about a second, and several on a busy machine.
const slow = { timeout: 60_000 };

describe("a run with every kind of result", slow, () => {
  let project: InlineProject;
  let live = "";
  beforeAll(async () => {
    project = new InlineProject(everyKind, projects);
    await project.start([], { WITH_BLOB: "1" });
    live = project.readReport();
  }, slow.timeout);
  afterAll(() => project[Symbol.dispose]());

  test("reads as the report beside this file", async () => {
    await expect(project.readStableReport()).toMatchFileSnapshot("expected/every-kind.xml");
  });

  test("is well-formed", () => {
    expect(() => parseXml(live)).not.toThrow();
  });

  test("reads the same when it is merged from a blob", async () => {
    await project.start(["--merge-reports=blobs"]);
    expect(project.readReport()).toBe(live);
  });
});

const threeFiles = {
  "a.test.js": `
import { test } from "vitest";
test("passes", () => {});
test("fails", () => { throw new Error("boom"); });
test("comes after it", () => {});
`,
  "b.test.js": 'import { test } from "vitest"; test("never seen", () => {});\n',
};

describe("a run that stops early", slow, () => {
  test("--bail leaves no test out", async () => {
    using project = new InlineProject(threeFiles, "maxWorkers: 1, fileParallelism: false,");
    await project.start(["--bail=1"]);
    await expect(project.readStableReport()).toMatchFileSnapshot("expected/bail.xml");
  });

  test("SIGINT still gives a report, and it is not green", async () => {
    const files = {
      "a.test.js": `
import { test } from "vitest";
test("passes", () => {});
test("runs for long", async () => {
  console.log("now");
  await new Promise((resolve) => setTimeout(resolve, 20_000));
}, 30_000);
test("comes after it", () => {});
`,
    };
    using project = new InlineProject(files, 'pool: "threads", disableConsoleIntercept: true,');
    const run = project.start();
    for await (const line of run.iterable()) if (line.includes("now")) run.kill("SIGINT");
    await run;
    const cases = parseXml(project.readReport()).cases;
    // Whether the result of the first test had arrived by then is chance.
    expect(cases[0]?.name).toBe("passes");
    const missing = "no verdict, and no sign of its start, when the run was ended by SIGINT";
    expect(cases.slice(1).map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
      ["runs for long", "skipped", missing],
      ["comes after it", "skipped", missing],
      ["(outside any test)", "error", expect.stringMatching(/^the run stopped before it was com/)],
    ]);
  });

  test("a run without tests is not green either, and keeps no older report", async () => {
    using project = new InlineProject({ "out/junit.xml": "from the run before" });
    const { exitCode } = await project.start();
    expect(exitCode).toBe(1);
    const cases = parseXml(project.readReport()).cases;
    expect(cases.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ["error", "no test was found, so nothing is proven"],
    ]);
  });

  test("a report that cannot be written fails the run with the path and what to do", async () => {
    using project = new InlineProject({ ...threeFiles, out: "a file where a folder must be" });
    const { exitCode, all } = await project.start(["b.test.js"]);
    expect(exitCode).toBe(1);
    expect(all).toContain("choose a path in a folder that you may write to");
    expect(all).toContain("out/junit.xml");
    expect(project.hasReport).toBe(false);
  });
});
