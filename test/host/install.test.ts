import { describe, expect, test } from "vitest";
import { formatInstallCommand, type Requirement } from "../../harness/host/install.ts";
import {
  choosePackageManager,
  type PackageManager,
  packageManagers,
  packagesOnRelease,
  releaseNames,
  releaseTitle,
} from "../../harness/host/package-names.mjs";

const bookworm = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
`;
const trixie = bookworm.replaceAll("12", "13").replaceAll("bookworm", "trixie");

const table: Requirement[] = [
  { id: "one", command: "tool", packages: { apt: ["a", "b"], brew: ["c"] } },
  { id: "two", packages: { apt: ["b", "d"], "apt/bookworm": ["b", "e"] } },
  { id: "three", packages: { apt: ["f"], "apt/bookworm": [] } },
];

const manager = (name: string): PackageManager => {
  const found = packageManagers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no package manager ${name}`);
  return found;
};

test.each([
  ["apt", ["one"], trixie, false, "sudo apt-get install a b"],
  ["apt", ["tool", "two"], trixie, true, "apt-get install a b d"],
  ["apt", ["tool", "two"], bookworm, true, "apt-get install a b e"],
  ["apt", ["three"], trixie, true, "apt-get install f"],
  ["apt", ["three"], bookworm, true, undefined],
  ["brew", ["tool"], "", false, "brew install c"],
  ["dnf", ["tool"], "", false, undefined],
  ["apt", ["unknown"], "", true, undefined],
])("%s installs %o on %j (root: %s) with %s", (name, wanted, osRelease, isRoot, expected) => {
  const distribution = { manager: manager(name), osRelease };
  expect(formatInstallCommand(table, wanted, distribution, isRoot)).toBe(expected);
});

test.each([
  ["ID=fedora\n", "dnf"],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "zypper"],
  ["NAME=x\nID=nobara\nID_LIKE='rhel centos fedora'\n", "dnf"],
  ["ID=ubuntu\nID_LIKE=debian\n", "apt"],
  ["ID=unheard-of", "apt"],
  ["", "apt"],
])("of several package managers %o means %s", (osRelease, expected) => {
  const present = ["apt", "dnf", "zypper"].map(manager);
  expect(choosePackageManager(present, osRelease)?.name).toBe(expected);
});

test("without a package manager there is none to choose", () => {
  expect(choosePackageManager([], "ID=debian")).toBeUndefined();
});

describe("a release", () => {
  test.each([
    [bookworm, ["bookworm", "debian-12", "debian"]],
    // Linux Mint, and its edition on Debian.
    [
      'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="21.3"\nVERSION_CODENAME=virginia\n' +
        "UBUNTU_CODENAME=jammy\n",
      ["virginia", "jammy", "linuxmint-21.3", "linuxmint-21", "linuxmint", "ubuntu", "debian"],
    ],
    [
      "ID=linuxmint\nID_LIKE=debian\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n",
      ["faye", "bookworm", "linuxmint", "debian"],
    ],
    // What is in testing has a code name and no number.
    ["ID=debian\nVERSION_CODENAME=forky\n", ["forky", "debian"]],
    [
      'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
      ["rocky-9.4", "rocky-9", "rocky", "rhel", "centos", "fedora"],
    ],
    [
      'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n',
      ["opensuse-leap-15.6", "opensuse-leap-15", "opensuse-leap", "opensuse", "leap", "suse"],
    ],
    ["", []],
  ])("is called by names, most specific first: %j", (osRelease, expected) => {
    expect(releaseNames(osRelease)).toEqual(expected);
  });

  test("has the packages of its own name, else those of the package manager", () => {
    const row = { packages: { apt: ["a"], "apt/bookworm": ["b"], "apt/debian": ["c"] } };
    expect(packagesOnRelease(row, "apt", releaseNames(bookworm))).toEqual(["b"]);
    expect(packagesOnRelease(row, "apt", releaseNames(trixie))).toEqual(["c"]);
    expect(packagesOnRelease(row, "apt", ["noble", "ubuntu"])).toEqual(["a"]);
    expect(packagesOnRelease(row, "dnf", ["bookworm"])).toEqual([]);
  });

  test("has a title for messages", () => {
    expect(releaseTitle(bookworm)).toBe("Debian GNU/Linux 12 (bookworm)");
    expect(releaseTitle("")).toBe("this system");
  });
});
