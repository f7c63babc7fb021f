import { expect, test } from "vitest";
import {
  chooseManager,
  formatInstallCommand,
  packageManagerNamed,
  type Requirement,
} from "../../harness/host/install.ts";

const table: Requirement[] = [
  { id: "one", command: "tool", packages: { apt: ["a", "b"], brew: ["c"] } },
  { id: "two", packages: { apt: ["b", "d"] } },
];

const manager = (name: string) => {
  const found = packageManagerNamed(name);
  if (found === undefined) throw new Error(`there is no package manager ${name}`);
  return found;
};

test.each([
  ["apt", ["one"], false, "sudo apt-get install a b"],
  ["apt", ["tool", "two"], true, "apt-get install a b d"],
  ["brew", ["tool"], false, "brew install c"],
  ["dnf", ["tool"], false, undefined],
  ["apt", ["unknown"], true, undefined],
])("%s installs %o (root: %s) with %s", (name, wanted, isRoot, expected) => {
  expect(formatInstallCommand(table, wanted, manager(name), isRoot)).toBe(expected);
});

test.each([
  ["ID=fedora\n", "dnf"],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "zypper"],
  ["ID=ubuntu\nID_LIKE=debian\n", "apt"],
  ["", "apt"],
])("of several package managers %o means %s", (osRelease, expected) => {
  const present = ["apt", "dnf", "zypper"].map(manager);
  expect(chooseManager(present, osRelease)?.name).toBe(expected);
});

test("without a package manager there is none to choose", () => {
  expect(chooseManager([], "ID=debian")).toBeUndefined();
});
