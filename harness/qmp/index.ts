/** QMP: the wire protocol, the client, its events and their types. */
export { QmpClient } from "./client.ts";
export type { QmpClientOptions } from "./client-options.ts";
export type {
  QmpArguments,
  QmpBlockDevice,
  QmpCommandName,
  QmpCommands,
  QmpCpu,
  QmpExecuteOptions,
  QmpNewerCommands,
  QmpResult,
  QmpRunState,
} from "./commands.ts";
export type { QmpLog, QmpState } from "./connection.ts";
export {
  followable,
  type QmpEventHistory,
  type QmpEventSource,
  type QmpStreamOptions,
  streamEvents,
} from "./event-stream.ts";
export type {
  QmpEvent,
  QmpEventData,
  QmpEventName,
  QmpEvents,
  QmpEventWhere,
  QmpShutdownCause,
  QmpWaitOptions,
} from "./event-types.ts";
export type { QmpEventListener, QmpListenerErrorHandler } from "./events.ts";
export { GuestHold } from "./guest-hold.ts";
export type { QmpLimits } from "./limits.ts";
export type { QmpGreeting } from "./message.ts";
export type { MemoryRange, PageMapping } from "./monitor-text.ts";
export { nearestName } from "./nearest-name.ts";
export { openCommands } from "./open-commands.ts";
export type { CharacterDevice, CpuOptions, CpuState, QmpQueries } from "./queries.ts";
export type { BlockCounters, BlockDevice } from "./query-block.ts";
export { hexadecimal, type PciDevice, type PciRegion } from "./query-pci.ts";
export type { Statistic, StatisticsOptions } from "./query-statistics.ts";
