/** What the compiler must say of `test`, `boot` and specs: compiled, and never run. */
import { type Boot, expect, type Machine, type MachineSpec, sharedMachine, test } from "bringup";
import { bootMachine, type QmpClient, type SerialPort } from "bringup/machine";
import { type BringupOptions, bringup } from "bringup/vitest";
import { expectTypeOf } from "vitest";

test("boots what it is given", async ({ boot }) => {
  expectTypeOf(await boot()).toEqualTypeOf<Machine>();
  await boot("kernel.elf");
  await boot("kernel.elf", { memory: "256M", cpus: 2 });
  await boot({ kernel: "kernel.elf", disks: ["disk.img", { file: "a.img", bus: "nvme" }] });
  // @ts-expect-error A field that does not exist.
  await boot({ kernal: "kernel.elf" });
  await boot({
    // @ts-expect-error The compiler speaks of the field, and not of the object as no path.
    memry: "1M",
  });
  // @ts-expect-error The kernel is named twice.
  await boot("kernel.elf", { kernel: "other.elf" });
  // @ts-expect-error A path is text.
  await boot(5);
  // @ts-expect-error There is no such bus.
  await boot({ disks: [{ file: "a.img", bus: "scuzzy" }] });
  // @ts-expect-error There is no such accelerator.
  await boot({ accelerator: "xen" });
  await boot({ clock: "virtual", failOn: ["my panic", /died/] });
  // @ts-expect-error There is no such clock.
  await boot({ clock: "guest" });
  // @ts-expect-error Patterns are a list.
  await boot({ failOn: /died/ });
  const spec: MachineSpec = { kernel: "kernel.elf", firmware: { code: "OVMF_CODE.fd" } };
  await using vm = await bootMachine(spec);
  expectTypeOf(vm.serial).toEqualTypeOf<SerialPort>();
  expectTypeOf(vm.qmp).toEqualTypeOf<QmpClient>();
  const { "base-memory": bytes } = await vm.qmp.execute("query-memory-size-summary");
  expectTypeOf(bytes).toEqualTypeOf<number>();
  const { status } = await vm.qmp.execute("query-status");
  expectTypeOf<"running">().toExtend<typeof status>();
  // @ts-expect-error The answer has no such field.
  (await vm.qmp.execute("query-status")).state;
  const { match, before } = await vm.serial.waitFor(/PID (\d+)/);
  expectTypeOf(match?.[1]).toEqualTypeOf<string | undefined>();
  expectTypeOf(before).toEqualTypeOf<string>();
});

test("has boot in its context", async ({ boot, task, skip, expect: own }) => {
  expectTypeOf(boot).toEqualTypeOf<Boot>();
  expectTypeOf(task.name).toEqualTypeOf<string>();
  own(5).toBe(5);
  skip("never run");
});

// @ts-expect-error The context has no such thing.
test("has no other", ({ bot }) => bot);

// @ts-expect-error What boot() stands on is nobody else's.
test("hides its owner", ({ bringupOwner }) => bringupOwner);

const withShell = test.extend<{ shell: Machine; user: string }>({
  user: "root",
  shell: async ({ boot, user }, use) => {
    const vm = await boot();
    await vm.serial.writeLine(user);
    await use(vm);
  },
});

withShell("keeps what ours has", async ({ boot, shell, user }) => {
  expectTypeOf(boot).toEqualTypeOf<Boot>();
  expectTypeOf(shell).toEqualTypeOf<Machine>();
  expectTypeOf(user).toEqualTypeOf<string>();
  await expect(shell.serial).toPrint("$ ");
});

test.for([1, 2])("takes parameters (%i)", (count, { boot }) => {
  expectTypeOf(count).toEqualTypeOf<number>();
  expectTypeOf(boot).toEqualTypeOf<Boot>();
});
test.each([1, 2])("and each (%i)", (count) => expect(count).toBeGreaterThan(0));
// style-allow skip: it is the type of it that is tested.
test.skip("skips", ({ boot }) => boot());
test.concurrent("runs with others", ({ boot }) => boot());
test.fails("fails", { timeout: 5, retry: 1 }, ({ boot }) => boot());
test.beforeEach(({ boot }) => {
  expectTypeOf(boot).toEqualTypeOf<Boot>();
});

const options: BringupOptions = { build: "make", machine: { memory: "1G" }, junit: "a.xml" };
bringup(options);
bringup();
// @ts-expect-error An option that does not exist.
bringup({ biuld: "make" });
// @ts-expect-error A field that does not exist.
bringup({ machine: { kernal: "kernel.elf" } });

test("a shared machine is a fixture in either syntax of test.extend", () => {
  const built = test.extend("vm", sharedMachine("kernel.elf"));
  built("in the builder's", ({ vm }) => expectTypeOf(vm).toEqualTypeOf<Machine>());
  const listed = test.extend<{ vm: Machine }>({
    vm: sharedMachine({ kernel: "kernel.elf" }, async (vm) => {
      await expect(vm.serial).toPrint("> ");
    }),
  });
  listed("in the list's", ({ vm }) => expectTypeOf(vm).toEqualTypeOf<Machine>());
  // @ts-expect-error A machine needs a kernel's path or a spec.
  sharedMachine(5);
});
