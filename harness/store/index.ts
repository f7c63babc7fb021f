/**
 * Folders and files of a run: where they are, which are kept, and what is ours to remove.
 * In: a folder, the name of a run, images, names of tests.
 * Out: directories, copies, names of files.
 */
export { evidenceFolder } from "./evidence-folder.ts";
export { EvidenceStore, type KeptImage } from "./evidence-store.ts";
export {
  cutName,
  foldedName,
  hashedName,
  longestFileNameBytes,
  portableName,
  readableName,
} from "./file-name.ts";
export { beginRun, newRunName, pruneRuns } from "./runs.ts";
