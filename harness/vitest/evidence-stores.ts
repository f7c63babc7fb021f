import { EvidenceStore } from "../store/index.ts";

const stores = new Map<string, EvidenceStore>();

/** The one store of a run: it remembers which images it has copied. */
export function evidenceStore(evidence: string, run: string): EvidenceStore {
  const key = `${evidence}\n${run}`;
  const store = stores.get(key) ?? new EvidenceStore(evidence, run);
  stores.set(key, store);
  return store;
}
