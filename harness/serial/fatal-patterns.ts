/**
 * What well-known systems print when they die. `failOn` replaces the list; spread it to add to
 * it: `failOn: [...fatalPatterns, /my panic/]`. The words are those of the systems' own sources,
 * with as much around them as tells them from prose; all count with their last character. What has
 * to come before a word stands behind it as a lookbehind, which costs only where the word is.
 *
 * Linux says "BUG: " at the head of every report of a bug in itself, whether it can go on or not
 * (sleeping in atomic context, KASAN, a soft lockup): a kernel that has said it has passed no test.
 */
export const fatalPatterns: readonly RegExp[] = [
  // Linux, kernel/panic.c, and many kernels that were taught by it.
  /(?:[Kk]ernel [Pp]anic|KERNEL PANIC)(?::|!| - |(?<=^[-*!=#> ]*.{12}))/m,
  // Linux, die(): every architecture counts its deaths in brackets.
  /Oops(?<!\wOops).*\[#\d/m,
  /Internal error: .*\[#\d/m, // Arm
  /: [\da-f]{4} \[#\d+\]/m, // x86
  /Unable to handle kernel /m, // Arm, RISC-V, LoongArch: page faults
  /BUG: (?<=(?:^|\] |watchdog: )BUG: )/m,
  /BUG: (?<!\wBUG: )(?:unable to handle|kernel NULL|soft lockup|(?:[A-Z#]+ )?stack guard)/m,
  /kernel BUG at \S+:\d/m, // BUG(), lib/bug.c
  // Rust: with the place, or before Rust 1.73 with the message first.
  /panicked at (?:'|.*\.rs:\d)/m,
  // xv6, the BSDs (NetBSD with a time before it), Zig and Go programs, Limine.
  /(?:panic|PANIC): (?<=^(?:\[[ .\d]+\] |(?:lapicid |cpu)\d+: |thread \d+ )?.{5}: )/m,
  /Panic on CPU \d(?<=^(?:\(XEN\) )?.{14})/m, // Xen, panic()
  /panic (?<=^.{6})\S+\.\w+:\d+: /m, // GNU Mach, Panic(): with the place
  // edk2, DebugAssert(): a file and its line, or the module in brackets; Zephyr, __ASSERT();
  // kernels with an assert().
  /^ASSERT(?:ION)?(?:: | ?\[|_(?:EFI|RETURN)_ERROR | \S+\(\d+\): |(?:\(.*\))? [Ff][Aa][Ii][Ll])/m,
  // edk2, exception dumps: x86 and RISC-V; 64-bit Arm; 32-bit Arm.
  /!!!! [A-Za-z\d]+ Exception Type - /m,
  /^(?:Synchronous|IRQ|FIQ|SError) Exception at 0x/m,
  /Exception PC at 0x/m,
  /### ERROR/m, // U-Boot, hang()
  /^"(?:Synchronous Abort|Error)" handler, esr 0x/m, // U-Boot on 64-bit Arm
  // U-Boot on RISC-V, by the names of its exceptions.
  /^Unhandled exception: (?:Instruction|Illegal|Load|Store|Breakpoint|Environment)/m,
  /Unhandled Exception (?:in|from) EL\d/m, // Trusted Firmware-A
  /^sbi_trap_error: hart\d/m, // OpenSBI
  /^GRUB has not booted the kernel/m, // The script of GRUB that starts a kernel here.
  />>> ZEPHYR FATAL ERROR \d/m,
];
