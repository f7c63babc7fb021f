/**
 * What a port's bytes are as characters, and the other way round.
 * In: bytes as QEMU sent them, text as a test types it, the name of an encoding.
 * Out: characters that do not depend on chunks, bytes for the guest, `SpecError`.
 */
export { CharacterDecoder } from "./character-decoder.ts";
export { encodeText } from "./encode-text.ts";
export { checkEncoding, type Encoding } from "./encodings.ts";
