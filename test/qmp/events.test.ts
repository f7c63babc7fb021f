import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EventLog } from "../../harness/qmp/events.ts";
import { DEFAULT_QMP_LIMITS } from "../../harness/qmp/limits.ts";

function message(event: string) {
  return { kind: "event", event, data: {}, timestampMs: undefined } as const;
}

function names(log: EventLog, sequence = 0): string[] {
  return log.after(sequence).map(({ event }) => event);
}

describe("EventLog", () => {
  test("keeps the newest events and counts the others", () => {
    const log = new EventLog({ ...DEFAULT_QMP_LIMITS, events: 3 }, vi.fn());
    for (const name of ["A", "B", "C", "D", "E"]) log.add(message(name), 10);
    expect(names(log)).toEqual(["C", "D", "E"]);
    expect(log.after(0).map(({ sequence }) => sequence)).toEqual([3, 4, 5]);
    expect(log.droppedCount).toBe(2);
    expect(names(log, 4)).toEqual(["E"]);
    expect(names(log, 5)).toEqual([]);
    expect(log.droppedAfter(1)).toBe(1);
    expect(log.droppedAfter(4)).toBe(0);
    expect(log.mark()).toBe(5);
  });

  test("keeps to its size, but always the newest event", () => {
    const log = new EventLog({ ...DEFAULT_QMP_LIMITS, eventsSizeBytes: 25 }, vi.fn());
    for (const name of ["A", "B", "C"]) log.add(message(name), 10);
    expect(names(log)).toEqual(["B", "C"]);
    log.add(message("HUGE"), 1_000);
    expect(names(log)).toEqual(["HUGE"]);
    log.add(message("A"), 1);
    expect(names(log)).toEqual(["A"]);
  });

  test("reports what a listener throws or rejects with, and calls the others", async () => {
    const onListenerError = vi.fn();
    const log = new EventLog(DEFAULT_QMP_LIMITS, onListenerError);
    const [thrown, rejected, heard] = [new Error("thrown"), new Error("rejected"), vi.fn()];
    log.listen(() => {
      throw thrown;
    });
    log.listen(() => Promise.reject(rejected));
    const stop = log.listen(heard);
    log.listen(heard);
    const event = log.add(message("A"), 1);
    log.tell(event);
    await Promise.resolve();
    expect(onListenerError.mock.calls).toEqual([
      [thrown, event],
      [rejected, event],
    ]);
    expect(heard).toHaveBeenCalledTimes(2);
    stop();
    log.tell(event);
    expect(heard).toHaveBeenCalledTimes(3);
  });

  test("warns with both errors when the error handler throws as well", () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const log = new EventLog(DEFAULT_QMP_LIMITS, () => {
      throw new Error("second");
    });
    log.listen(() => {
      throw new Error("first");
    });
    log.tell(log.add(message("A"), 1));
    expect(warn.mock.calls).toHaveLength(1);
    const [text, options] = warn.mock.calls[0] ?? [];
    expect(options).toEqual({ type: "QmpListenerWarning" });
    expect(text).toContain("a listener for QMP events threw on A: ");
    expect(text).toContain("the error handler threw as well");
    expect(text).toContain("Error: first");
    expect(text).toContain("Error: second");
  });
});
