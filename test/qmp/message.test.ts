import { expect, test } from "vitest";
import { parseMessage } from "../../harness/qmp/message.ts";
import { GREETING } from "./fake-peer.ts";

test("knows a greeting", () => {
  expect(parseMessage(GREETING)).toEqual({
    kind: "greeting",
    greeting: {
      version: { qemu: { major: 7, minor: 2, micro: 1 }, package: "p" },
      capabilities: ["oob"],
    },
  });
});

test("knows an event, with its time in milliseconds and without data", () => {
  const line = '{"timestamp": {"seconds": 1795456908, "microseconds": 533500}, "event": "RESUME"}';
  expect(parseMessage(line)).toEqual({
    kind: "event",
    event: "RESUME",
    data: {},
    timestampMs: 1_795_456_908_533.5,
  });
});

test("gives no time where QEMU has none", () => {
  const line = '{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "A", "data": {"b": 1}}';
  expect(parseMessage(line)).toMatchObject({ data: { b: 1 }, timestampMs: undefined });
  expect(parseMessage('{"event": "A"}')).toMatchObject({ timestampMs: undefined });
});

test("knows a result, even one that is null, and a refusal", () => {
  expect(parseMessage('{"return": null, "id": 3}')).toEqual({
    kind: "result",
    id: 3,
    result: null,
  });
  const line = '{"id": 4, "error": {"class": "GenericError", "desc": "no"}, "new": 1}';
  expect(parseMessage(line)).toEqual({
    kind: "refusal",
    id: 4,
    errorClass: "GenericError",
    description: "no",
  });
});

test.each([
  "1",
  "null",
  "[]",
  "{}",
  '"text"',
  '{"event": 1}',
  '{"event": "A", "data": 1}',
  '{"error": {"class": "GenericError"}, "id": 1}',
  '{"error": "no", "id": 1}',
  '{"QMP": {}}',
  '{"QMP": {"version": {"qemu": {"major": 1}, "package": ""}, "capabilities": []}}',
  '{"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 0}, "package": ""}}}',
])("refuses %s", (line) => {
  expect(() => parseMessage(line)).toThrow(
    expect.objectContaining({
      name: "QmpError",
      message: `QEMU sent a line that is no greeting, event or answer: ${line}`,
      received: JSON.parse(line) as unknown,
    }),
  );
});
