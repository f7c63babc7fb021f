/** Mounts something in namespaces, and holds it until it is ended from outside. */
import { inNamespaces } from "../../../tools/fresh/namespaces.ts";
import { Phases } from "../../../tools/fresh/phases.ts";

const [place = "", logFile = ""] = process.argv.slice(2);
const script = 'mount -t tmpfs tmpfs "$0" && touch "$0/inside" && echo mounted && exec sleep 1000';
const phase = { name: "holding", limitMs: 60_000 };
await new Phases(60_000).run(phase, inNamespaces(["sh", "-c", script, place]), logFile);
