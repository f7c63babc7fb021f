/**
 * Commands whose arguments are not all in the schema: `device_add` takes the properties of the
 * device as well ("gen": false in QEMU's qapi/qdev.json).
 */
export const openCommands: readonly string[] = ["device_add"];
