/** An EFI application for tests: it says hello, which command line it was given, and ends. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { temporaryDirectory } from "./machines.ts";

/** The parts of UEFI 2.10, sections 4.3 to 4.5 and 9.1, that it needs. */
const source = `
typedef unsigned short character;
typedef unsigned long long word;
struct text_output {
    void *reset;
    word (*write)(struct text_output *, const character *);
};
struct boot_services {
    char header[24];
    void *functions[16];
    word (*handle_protocol)(void *, const void *, void **);
};
struct runtime_services {
    char header[24];
    void *functions[10];
    void (*reset_system)(unsigned type, word status, word size, void *data);
};
struct system_table {
    char header[24];
    const character *vendor;
    unsigned revision;
    void *console_in_handle, *console_in, *console_out_handle;
    struct text_output *console_out;
    void *error_handle, *error_out;
    struct runtime_services *runtime_services;
    struct boot_services *boot_services;
};
struct loaded_image {
    unsigned revision;
    void *parent, *system_table, *device, *file_path, *reserved;
    unsigned options_bytes;
    const character *options;
};
static const unsigned loaded_image_protocol[] = {0x5b1b31a1, 0x11d29562, 0xa0003f8e, 0x3b7269c9};

word efi_main(void *image, struct system_table *table)
{
    struct text_output *out = table->console_out;
    struct loaded_image *loaded = 0;
    out->write(out, u"Hello from an EFI application\\r\\n");
    table->boot_services->handle_protocol(image, loaded_image_protocol, (void **)&loaded);
    if (loaded != 0 && loaded->options_bytes != 0) {
        out->write(out, u"options [");
        out->write(out, loaded->options);
        out->write(out, u"]\\r\\n");
    }
#ifdef RETURNS
    return RETURNS;
#endif
#ifdef POWERS_OFF
    table->runtime_services->reset_system(2, 0, 0, 0);
#endif
    for (;;)
        __asm__ volatile("");
}
`;

/** How it ends: by returning a number, by switching the machine off, or not at all. */
type ApplicationEnd = { readonly returns: bigint } | "powers off" | "never";

/** Builds the application. @returns its path; it goes with the running test. */
export async function buildApplication(
  arch: "x86_64" | "aarch64" = "x86_64",
  end: ApplicationEnd = "never",
): Promise<string> {
  const directory = temporaryDirectory();
  const place = (name: string) => join(directory, name);
  await writeFile(place("app.c"), source);
  const compile = [`--target=${arch}-unknown-windows`, "-ffreestanding", "-c", "-Os"];
  const how = typeof end === "string" ? "-DPOWERS_OFF" : `-DRETURNS=${end.returns}ull`;
  const define = end === "never" ? [] : [how];
  const noRedZone = arch === "x86_64" ? ["-mno-red-zone"] : [];
  await execa("clang", [...compile, ...define, ...noRedZone, place("app.c"), "-o", place("app.o")]);
  const link = ["/subsystem:efi_application", "/entry:efi_main", `/out:${place("app.efi")}`];
  await execa("lld-link", [...link, place("app.o")]);
  return place("app.efi");
}
