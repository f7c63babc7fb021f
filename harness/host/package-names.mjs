/**
 * What a requirement's packages are called on this distribution and release, and the command that
 * installs them. Pure functions, so that every distribution can be tested on any. Set-up reads them
 * too, before anything is installed: plain JavaScript for Node 20, without dependencies.
 */

/** Package managers in the order in which they are looked for. */
export const packageManagers = [
  { name: "apt", program: "apt-get", words: "apt-get install", families: ["debian", "ubuntu"] },
  { name: "dnf", program: "dnf", words: "dnf install", families: ["fedora", "rhel", "centos"] },
  { name: "zypper", program: "zypper", words: "zypper install", families: ["suse", "opensuse"] },
  { name: "pacman", program: "pacman", words: "pacman -S --needed", families: ["arch"] },
  { name: "brew", program: "brew", words: "brew install", families: [] },
];

/**
 * The package manager to use, or `undefined` where none is known. The one that is there decides;
 * of several (Fedora packages apt, for one) the distribution's own is meant.
 */
export function choosePackageManager(present, osRelease) {
  if (present.length <= 1) return present[0];
  const names = releaseNames(osRelease);
  return present.find(({ families }) => families.some((one) => names.includes(one))) ?? present[0];
}

/**
 * What the running release is called, most specific first, from the text of /etc/os-release
 * (os-release(5)): its code name, that of the release it was made from, "fedora-42", "rhel-9",
 * then the distribution and those it is like.
 */
export function releaseNames(osRelease) {
  const field = (name) => fieldOf(osRelease, name).toLowerCase();
  const id = field("ID");
  const version = field("VERSION_ID");
  const names = [
    field("VERSION_CODENAME"),
    field("UBUNTU_CODENAME"),
    field("DEBIAN_CODENAME"),
    version && `${id}-${version}`,
    version && `${id}-${version.split(".")[0]}`,
    id,
    // "opensuse-tumbleweed" is an openSUSE.
    ...id.split("-"),
    ...field("ID_LIKE").split(/\s+/),
  ];
  return [...new Set(names.filter((name) => name !== ""))];
}

/** What a person calls the running release: "Debian GNU/Linux 12 (bookworm)". */
export function releaseTitle(osRelease) {
  return fieldOf(osRelease, "PRETTY_NAME") || "this system";
}

/**
 * The packages that bring a requirement: those for this release ("apt/bookworm") where it has its
 * own, else those of the package manager. Empty where there is none.
 */
export function packagesOnRelease({ packages }, manager, names) {
  const release = names.find((name) => packages[`${manager}/${name}`] !== undefined);
  return packages[release === undefined ? manager : `${manager}/${release}`] ?? [];
}

/** The packages of several requirements, each once. */
export function packagesOfAll(requirements, manager, names) {
  return [...new Set(requirements.flatMap((one) => packagesOnRelease(one, manager, names)))];
}

/** What a person types to install them. Homebrew refuses to run as root; the others need it. */
export function typedCommand(manager, options, packages, isRoot) {
  const command = [manager.words, ...options, ...packages].join(" ");
  return isRoot || manager.name === "brew" ? command : `sudo ${command}`;
}

function fieldOf(osRelease, name) {
  return new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(osRelease)?.[1]?.trim() ?? "";
}
