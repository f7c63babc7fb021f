// Text, wherever it comes from: what finds, shows and cuts it, without input or output.
// In: strings, also those that a guest, a file or a stranger chose.
// Out: strings that a person can read and a terminal cannot be steered by.
export { cutAfter, cutTo, quotedAfter } from "./cut.ts";
export { printable, printableData, printableLine } from "./printable.ts";
