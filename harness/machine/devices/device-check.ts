/** The check of devices that may come from JavaScript or JSON. */
import { SpecError, toPlainData } from "../../evidence/index.ts";
import { noField } from "../no-field.ts";
import { isPortName, portNameTakes } from "../port-names.ts";
import { isMoment, momentTakes } from "./rtc.ts";

const word = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
const fields = [
  "model",
  "id",
  "properties",
  "drive",
  "backend",
  "share",
  "port",
  "encoding",
  "memory",
  "tpm",
  "startsAt",
];
const driveFields = ["file", "size", "format", "readOnly", "persist", "limits", "errors"];

/** @throws `SpecError` naming the field, what it got and what it takes. */
export function checkDevice(given: unknown, field: string): void {
  if (!isObject(given)) {
    fail(field, given, "a device such as usb.storage({ file }), or { model, … }");
  }
  checkNames(given, fields, field, "a device");
  const { model, id, properties, drive, backend } = given;
  if (given.startsAt !== undefined) checkRtc(given, field);
  if (typeof model !== "string" || !/^[\w.,+-]+$/.test(model)) {
    fail(`${field}.model`, model, "the name of a QEMU device");
  }
  if (id !== undefined && (typeof id !== "string" || !word.test(id))) {
    fail(`${field}.id`, id, "a name of letters, digits, dots, dashes and underscores");
  }
  if (backend !== undefined && backend !== "none" && backend !== "user") {
    fail(`${field}.backend`, backend, 'one of "none", "user"');
  }
  const { port } = given;
  if (port !== undefined && (typeof port !== "string" || !isPortName(port))) {
    fail(`${field}.port`, port, portNameTakes);
  }
  if (given.share !== undefined) checkShare(given.share, `${field}.share`);
  if (given.tpm !== undefined) checkTpm(given.tpm, `${field}.tpm`);
  if (properties !== undefined) checkProperties(properties, `${field}.properties`);
  if (drive !== undefined) checkDrive(drive, field);
}

function checkProperties(properties: unknown, field: string): void {
  if (!isObject(properties)) fail(field, properties, "an object of properties");
  for (const [name, value] of Object.entries(properties)) {
    const isName = /^[\w.-]+$/.test(name);
    if (!isName || !["string", "number", "boolean"].includes(typeof value)) {
      fail(`${field}.${name}`, value, "a string, a number, true or false");
    }
    if (
      ["driver", "id", "drive", "netdev", "fsdev", "chardev", "memdev", "tpmdev"].includes(name)
    ) {
      throw new SpecError(`${field}.${name}`, "is set by the harness; take the device's own field");
    }
  }
}

function checkShare(share: unknown, field: string): void {
  if (!isObject(share)) fail(field, share, "a directory such as { directory, tag }");
  checkNames(share, ["directory", "tag", "writable", "by"], field, "a shared directory");
  const { by, directory, tag, writable } = share;
  if (by !== undefined && by !== "9p" && by !== "virtiofs") {
    fail(`${field}.by`, by, 'one of "9p", "virtiofs"');
  }
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) {
    fail(`${field}.directory`, directory, "a path");
  }
  if (typeof tag !== "string" || !/^[\w.-]{1,31}$/.test(tag)) {
    fail(`${field}.tag`, tag, "a name of up to 31 letters, digits, dots and dashes");
  }
  if (writable !== undefined && typeof writable !== "boolean") {
    fail(`${field}.writable`, writable, "true or false");
  }
}

function checkRtc(given: Record<string, unknown>, field: string): void {
  checkNames(given, ["model", "startsAt"], field, "a clock");
  if (given.model !== "rtc") fail(`${field}.model`, given.model, '"rtc" where startsAt is given');
  if (!isMoment(given.startsAt)) fail(`${field}.startsAt`, given.startsAt, momentTakes);
}

function checkTpm(tpm: unknown, field: string): void {
  if (!isObject(tpm)) fail(field, tpm, 'an object such as { version: "2.0" }');
  checkNames(tpm, ["version"], field, "a TPM");
  if (tpm.version !== "1.2" && tpm.version !== "2.0") {
    fail(`${field}.version`, tpm.version, 'one of "1.2", "2.0"');
  }
}

/** Its fields are named as the factories take them: "devices[0].file". */
function checkDrive(drive: unknown, field: string): void {
  if (!isObject(drive)) fail(`${field}.drive`, drive, "an image such as { file }");
  checkNames(drive, driveFields, field, "a drive");
  for (const name of ["file", "format"]) {
    const value = drive[name];
    // Whether the image may be missing, and the rest, is judged with the file at hand.
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "" || value.includes("\0")) {
      fail(`${field}.${name}`, value, "a non-empty string");
    }
  }
  for (const name of ["readOnly", "persist"]) {
    if (!["undefined", "boolean"].includes(typeof drive[name])) {
      fail(`${field}.${name}`, drive[name], "true or false");
    }
  }
}

function checkNames(
  given: Record<string, unknown>,
  known: readonly string[],
  field: string,
  what: string,
): void {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new SpecError(`${field}.${other}`, noField(other, known, what));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(field: string, value: unknown, takes: string): never {
  const shown = value === undefined ? "nothing" : JSON.stringify(toPlainData(value));
  throw new SpecError(field, `got ${shown}, takes ${takes}`);
}
