/**
 * Folders and files of a run: where its evidence is, which runs are kept, and what is ours to remove.
 * In: a folder, the name of a run, images. Out: directories of machines, and copies of those images.
 */
export { evidenceFolder } from "./evidence-folder.ts";
export { EvidenceStore, type KeptImage } from "./evidence-store.ts";
export { beginRun, newRunName, pruneRuns } from "./runs.ts";
