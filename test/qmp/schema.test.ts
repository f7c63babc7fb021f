/** What a schema says that a QEMU lacks. */
import { beforeAll, describe, expect, test } from "vitest";
import { nearestName } from "../../harness/qmp/nearest-name.ts";
import { QmpSchema } from "../../harness/qmp/schema.ts";
import { askSchema } from "../../tools/qmp-types/ask-schemas.ts";

let schema: QmpSchema;
beforeAll(async () => {
  schema = new QmpSchema((await askSchema("qemu-system-x86_64")).entities);
});

const file = { driver: "file", filename: "a.img" };

describe("nothing is lacking", () => {
  test.each([
    ["query-kvm", undefined],
    ["query-kvm", {}],
    ["balloon", { value: 5 }],
    ["set-action", { reboot: "reset", panic: undefined }],
    ["device_add", { driver: "e1000", mac: "52:54:00:12:34:56" }],
    ["blockdev-add", { driver: "qcow2", "node-name": "disk", file, backing: null }],
    ["blockdev-add", { driver: "qcow2", file: "disk", "overlap-check": "all" }],
    ["blockdev-add", { driver: "qcow2", file, "overlap-check": { "main-header": true } }],
    ["blockdev-add", { driver: "blkdebug", image: { driver: "raw", file } }],
    ["blockdev-add", { driver: "raw", file: { driver: "quorum", children: ["a", file] } }],
    ["send-key", { keys: [{ type: "qcode", data: "ret" }] }],
    ["transaction", { actions: [{ type: "abort", data: {} }] }],
    ["qom-set", { path: "/", property: "a", value: { any: [{ thing: 1 }] } }],
    // What has the wrong type, or is missing, QEMU itself refuses.
    ["balloon", { value: "much" }],
    ["balloon", {}],
    ["blockdev-add", { driver: 5, file: [] }],
    ["send-key", { keys: "ret" }],
    ["send-key", { keys: [null, 5] }],
  ])("in %s %j", (command, args) => {
    expect(schema.lack(command, args, false)).toBeUndefined();
  });
});

describe("it is named", () => {
  test.each([
    ["query-kvn", {}, 'has no such command; the nearest is "query-kvm"'],
    ["fly", {}, "has no such command"],
    // An event and a type are no commands.
    ["SHUTDOWN", {}, "has no such command"],
    ["str", {}, "has no such command"],
    ["balloon", { valeu: 5 }, 'takes no argument "valeu"; the nearest is "value"'],
    ["query-kvm", { fully: true }, 'takes no argument "fully"'],
    [
      "set-action",
      { reboot: "explode" },
      'does not take "explode" for "reboot", only "reset", "shutdown"',
    ],
    [
      "blockdev-add",
      { driver: "qcow2", file: { driver: "file", filenam: "a.img" } },
      'takes no argument "file.filenam"; the nearest is "filename"',
    ],
    ["blockdev-add", { "new-option": 1, driver: "null-co" }, 'takes no argument "new-option"'],
    [
      "blockdev-add",
      { driver: "raw", file: { driver: "quorum", children: ["a", { ...file, x: 1 }] } },
      'takes no argument "file.children[1].x"',
    ],
    [
      "send-key",
      { keys: [{ type: "qcode", data: "ret" }, { type: "morse" }] },
      'does not take "morse" for "keys[1].type", only "number", "qcode"',
    ],
    [
      "blockdev-add",
      { driver: "qcow2", file, "overlap-check": "some" },
      'does not take "some" for "overlap-check", only "none", "constant", "cached", "all"',
    ],
  ])("in %s %j", (command, args, expected) => {
    expect(schema.lack(command, args, false)).toBe(expected);
  });

  test("first where a value is unknown that others depend on", () => {
    expect(schema.lack("blockdev-add", { filename: "a", driver: "qcow9" }, false)).toMatch(
      /^does not take "qcow9" for "driver", only "blkdebug", .*, and \d+ more$/,
    );
  });

  test("where it is not taken out of band", () => {
    expect(schema.lack("query-kvm", {}, true)).toBe("takes it only in turn: leave outOfBand out");
    expect(schema.lack("query-yank", {}, true)).toBeUndefined();
  });
});

test("an argument may be one that only some values of a tag bring", () => {
  expect(schema.has("blockdev-add")).toBe(true);
  expect(schema.has("blockdev-add", "filename")).toBe(true);
  expect(schema.has("blockdev-add", "l2-cache-size")).toBe(true);
  expect(schema.has("blockdev-add", "levitate")).toBe(false);
  expect(schema.has("device_add", "anything")).toBe(true);
  expect(schema.has("fly", "high")).toBe(false);
});

test.each([
  ["query-blok", "query-block"],
  ["querystatus", "query-status"],
  ["stop", "stop"],
  ["stpo", "stop"],
  ["spt", undefined],
  ["x", undefined],
  ["", undefined],
])("the nearest name to %j is %j", (written, expected) => {
  expect(nearestName(written, ["query-block", "query-status", "stop", "quit"])).toBe(expected);
});
