import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { type PackageManager, packageManagers } from "../../harness/host/package-names.mjs";
import table from "../../harness/host/requirements.json" with { type: "json" };
import { isAtLeast, pathOutsideModules } from "../../tools/setup/modules.mjs";
import {
  type Environment,
  fileExists,
  findCommand,
  missingRequirements,
  packageManager,
  packagesFor,
  printedCommand,
  type Requirement,
  type RequirementTable,
  unpackaged,
} from "../../tools/setup/requirements.mjs";

const directory = mkdtempSync(join(tmpdir(), "bringup-requirements-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const requirements: readonly Requirement[] = (table as RequirementTable).requirements;

const manager = (name: string): PackageManager => {
  const found = packageManagers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no package manager ${name}`);
  return found;
};
/** A computer of which nothing but the release counts. */
const release = (osRelease: string): Environment => ({ platform: "linux", path: "", osRelease });
const bookworm = release("ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n");
const trixie = release("ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\n");

function computerWith(name: string, programs: readonly string[], osRelease = ""): Environment {
  const path = join(directory, name);
  mkdirSync(path);
  for (const program of programs) writeFileSync(join(path, program), "", { mode: 0o755 });
  return { platform: "linux", path, osRelease };
}

describe("the table", () => {
  test("names each requirement once", () => {
    const ids = requirements.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test.each(requirements.map((requirement) => [requirement.id, requirement] as const))(
    "%s can be seen, is needed by somebody, and every package manager has it",
    (_id, { command, files, neededBy, platforms, packages, purpose }) => {
      expect([command, files].filter((way) => way !== undefined)).toHaveLength(1);
      expect(files).not.toEqual([]);
      expect(Object.keys(neededBy)).not.toEqual([]);
      expect(purpose).toMatch(/^[^A-Z]\S* .*[^.]$|^UEFI/);
      const managers = platforms.includes("darwin") ? ["brew"] : [];
      const general = Object.keys(packages).filter((key) => !key.includes("/"));
      expect(general.sort()).toEqual(["apt", "dnf", "pacman", "zypper", ...managers].sort());
    },
  );

  test("comes to one command for each distribution", () => {
    const needed = requirements.filter(({ neededBy }) => neededBy.development === "required");
    const computers = [
      ["apt", trixie],
      ["apt", bookworm],
      ...["dnf", "zypper", "pacman", "brew"].map((name) => [name, release("")] as const),
    ] as const;
    const commands = computers.map(([name, computer]) =>
      printedCommand(manager(name), needed, computer, true),
    );
    expect(commands.join("\n")).toMatchInlineSnapshot(`
      "apt-get install --no-install-recommends clang coreutils efi-shell-x64 grub-common grub-efi-amd64-bin grub-pc-bin lld llvm make mtools opensbi ovmf qemu-efi-aarch64 qemu-system-arm qemu-system-mips qemu-system-misc qemu-system-ppc qemu-system-riscv64 qemu-system-s390x qemu-system-x86 qemu-utils seabios swtpm util-linux xorriso
      apt-get install --no-install-recommends clang coreutils grub-common grub-efi-amd64-bin grub-pc-bin lld llvm make mtools opensbi ovmf qemu-efi-aarch64 qemu-system-arm qemu-system-mips qemu-system-misc qemu-system-ppc qemu-system-riscv64 qemu-system-s390x qemu-system-x86 qemu-utils seabios swtpm util-linux xorriso
      dnf install clang coreutils edk2-aarch64 edk2-ovmf grub2-efi-x64-modules grub2-pc-modules grub2-tools grub2-tools-extra lld llvm make mtools qemu-img qemu-system-aarch64 qemu-system-hppa qemu-system-mips qemu-system-ppc qemu-system-riscv qemu-system-s390x qemu-system-x86 seabios-bin swtpm util-linux util-linux-core xorriso
      zypper install clang coreutils grub2 grub2-i386-pc grub2-x86_64-efi lld llvm make mtools qemu-arm qemu-extra qemu-ovmf-x86_64 qemu-ppc qemu-s390x qemu-seabios qemu-tools qemu-uefi-aarch64 qemu-x86 swtpm util-linux xorriso
      pacman -S --needed clang coreutils edk2-aarch64 edk2-ovmf edk2-shell grub libisoburn lld llvm make mtools qemu-img qemu-system-aarch64 qemu-system-hppa qemu-system-mips qemu-system-ppc qemu-system-riscv qemu-system-riscv-firmware qemu-system-s390x qemu-system-x86 seabios swtpm util-linux
      brew install coreutils i686-elf-grub lld llvm make mtools qemu swtpm x86_64-elf-grub xorriso"
    `);
  });
});

describe("what is missing", () => {
  const bare: Requirement = {
    id: "bare",
    purpose: "the test",
    neededBy: { development: "required", users: "optional" },
    platforms: ["linux"],
    packages: { apt: ["b", "a"] },
  };

  test("is what no directory on PATH has", () => {
    const environment = computerWith("bin", ["here"]);
    const [here, gone] = [
      { ...bare, command: "here" },
      { ...bare, command: "gone" },
    ];
    const found = missingRequirements({ requirements: [here, gone] }, environment);
    expect(found).toEqual([gone]);
    expect(
      missingRequirements({ requirements: [gone] }, { ...environment, platform: "x" }),
    ).toEqual([]);
    expect(missingRequirements({ requirements: [gone] }, environment, "users")).toEqual([]);
  });

  test("is not told of what depends on another that is missing", () => {
    const environment = computerWith("after", ["here"]);
    const [here, gone] = [
      { ...bare, id: "here", command: "here" },
      { ...bare, id: "gone", command: "gone" },
    ];
    const [due, undue] = [
      { ...bare, command: "x", after: "here" },
      { ...bare, command: "y", after: "gone" },
    ];
    const requirements = [here, gone, due, undue];
    expect(missingRequirements({ requirements }, environment)).toEqual([gone, due]);
  });

  test("a file that may not be executed is no program", () => {
    writeFileSync(join(directory, "plain"), "", { mode: 0o644 });
    expect(findCommand("plain", directory)).toBeUndefined();
    // The working directory of the test has it, and an empty entry would mean just that.
    expect(findCommand("package.json", ":")).toBeUndefined();
  });

  test("a file is seen by a pattern for its name", () => {
    writeFileSync(join(directory, "CODE_4M.fd"), "");
    expect(fileExists(join(directory, "CODE*.fd"))).toBe(true);
    expect(fileExists(join(directory, "CODE_4M.fd"))).toBe(true);
    expect(fileExists(join(directory, "CODE*.f"))).toBe(false);
    expect(fileExists(join(directory, "CODE_4M?fd"))).toBe(false);
    expect(fileExists(join(directory, "nowhere", "*"))).toBe(false);
  });

  test("its packages are named once and in order", () => {
    const missing = [bare, { ...bare, id: "other" }];
    const command = (name: string, isRoot: boolean) =>
      printedCommand(manager(name), missing, trixie, isRoot);
    expect(command("apt", true)).toBe("apt-get install --no-install-recommends a b");
    expect(command("apt", false)).toMatch(/^sudo apt-get install /);
    expect(command("brew", false)).toMatch(/^brew install/);
  });

  test("is told apart from what this release has no package for", () => {
    const [renamed, gone] = [
      { ...bare, packages: { apt: ["new"], "apt/bookworm": ["old"] } },
      { ...bare, packages: { apt: ["there"], "apt/bookworm": [] } },
    ];
    const missing = [bare, renamed, gone];
    expect(packagesFor(manager("apt"), missing, trixie)).toEqual(["a", "b", "new", "there"]);
    expect(unpackaged(manager("apt"), missing, trixie)).toEqual([]);
    expect(packagesFor(manager("apt"), missing, bookworm)).toEqual(["a", "b", "old"]);
    expect(unpackaged(manager("apt"), missing, bookworm)).toEqual([gone]);
  });
});

describe("the package manager", () => {
  test("is the only one on PATH, whatever the distribution calls itself", () => {
    expect(packageManager(computerWith("one", ["zypper"], "ID=debian"))?.name).toBe("zypper");
    expect(packageManager(computerWith("none", []))).toBeUndefined();
  });

  test("is the distribution's own where there are several", () => {
    const computer = computerWith("several", ["apt-get", "dnf", "zypper"], "ID=fedora");
    expect(packageManager(computer)?.name).toBe("dnf");
  });

  test("no text of /etc/os-release throws", () => {
    const environment = computerWith("any", ["apt-get", "dnf"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (osRelease) => {
        expect(["apt", "dnf"]).toContain(packageManager({ ...environment, osRelease })?.name);
      }),
    );
  });
});

test("versions compare by number and not by digit", () => {
  const version = fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200));
  fc.assert(
    fc.property(version, version, (one, other) => {
      const different = one.findIndex((part, index) => part !== other[index]);
      const expected = different === -1 || (one[different] ?? 0) > (other[different] ?? 0);
      expect(isAtLeast(`v${one.join(".")}`, other.join("."))).toBe(expected);
    }),
  );
});

test("programs of node_modules are left out of PATH", () => {
  const path = "/a/node_modules/.bin:/usr/bin:/a/node_modules:/my_node_modules/bin";
  expect(pathOutsideModules(path)).toBe("/usr/bin:/my_node_modules/bin");
});
