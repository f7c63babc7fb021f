/** A set-up that cannot go on. The first line of its message says what to do. */
export class SetupError extends Error {
  name = "SetupError";
}
