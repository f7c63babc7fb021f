/** A triple fault names the exception that could not be delivered, where that is provable. */
import { expect, test } from "vitest";
import { describeExit } from "../../harness/evidence/index.ts";
import { dieIn32, dieIn64, dieInRealMode, pageFaultGate } from "./fault-guests.ts";
import { boot } from "./machines.ts";

/** What a guest dies of, and whether that says so in line 1. */
type Row = readonly [said: string, body: string, spec?: object];

const pages32: readonly Row[] = [
  ["#PF writing 0xdeadbeef, no handler", "  movl $1, 0xdeadbeef"],
  [
    "#PF writing 0xdeadbeef, no handler",
    "  movw $255, interrupts\n  lidt interrupts\n  incl 0xdeadbeef",
  ],
  [
    "#PF reading 0xdeadbef8, no handler",
    "  mov $0xdeadbee0, %ebx\n  mov $3, %ecx\n  mov (%ebx,%ecx,8), %eax",
  ],
  ["#PF executing 0xdeadb000, no handler", "  mov $0xdeadb000, %eax\n  jmp *%eax"],
  ["#PF writing 0xdeacfffc, no handler", "  mov $0xdead0000, %esp\n  push %eax"],
  ["#PF writing 0xd0000000, no handler", "  mov $0xd0000000, %edi\n  mov $9, %ecx\n  rep stosl"],
  [
    "#PF writing 0xbad00000, no stack for its handler: 0xdeacfffc cannot be written",
    `  mov $4f, %eax\n${pageFaultGate}  mov $0xdead0000, %esp\n4: movl $1, 0xbad00000`,
  ],
  [
    "#PF executing 0xdead0000, no stack for its handler: 0x7ffffc cannot be written",
    `  mov $0xdead0000, %eax\n${pageFaultGate}  mov $0x800100, %esp\n  movl $1, 0xbad00000`,
  ],
  [
    "#PF writing 0xbad00000, the gate of its handler has no code segment (selector 0x10)",
    `  mov $4f, %eax\n${pageFaultGate}  movw $16, gates + 14 * 8 + 2\n4: movl $1, 0xbad00000`,
  ],
];

const others32: readonly Row[] = [
  ["#UD, no handler", "  ud2"],
  ["#DE, no handler", "  xor %ecx, %ecx\n  mov $7, %eax\n  cdq\n  div %ecx"],
  ["#UD of SSE, which CR4 and CR0 have off, no handler", "  movaps %xmm0, %xmm1"],
  ["#GP loading the selector 0x100, no handler", "  mov $0x100, %eax\n  mov %ax, %ds"],
  ["int 0x80, no handler", "  int $0x80"],
  ["int3, no handler", "  int3"],
  ["IRQ 0 (vector 0x8), no handler", "  sti\n5: hlt\n  jmp 5b", { machine: "pc" }],
];

const in64: readonly Row[] = [
  ["#PF writing 0xdeadbeef, no handler", "  mov $0xdeadbeef, %eax\n  movl $1, (%rax)"],
  [
    "#PF reading 0xffff800000000000, no handler",
    "  mov $0xffff800000000000, %rax\n  mov (%rax), %r9",
  ],
  ["#PF writing 0x400008, no handler", "  mov $0x400010, %r12\n  movb $1, -8(%r12)"],
  ["#PF executing 0x400000, no handler", "  mov $0x400000, %eax\n  call *%rax"],
  ["#GP reading 0x800000000000, no handler", "  mov $0x800000000000, %rax\n  mov (%rax), %eax"],
  ["#PF writing 0x4ffff8, no handler", "  mov $0x500000, %esp\n  push %rax"],
  ["#UD, no handler", "  ud2"],
  ["#DE, no handler", "  xor %ecx, %ecx\n  idivq %rcx"],
];

const inRealMode: readonly Row[] = [
  ["int3, no handler", "  int3"],
  ["#UD, no handler", "  ud2"],
];

async function causesOf(
  rows: readonly Row[],
  make: (body: string) => Promise<string>,
  field: "kernel" | "disks",
): Promise<unknown[]> {
  return await Promise.all(
    rows.map(async ([, body, spec]) => {
      const file = await make(body);
      const machine = field === "disks" ? "pc" : "microvm";
      const image = { [field]: field === "disks" ? [file] : file };
      const vm = await boot({ machine, ...image, ...spec });
      return describeExit(await vm.exited).replace(/ at .*? in _?start[^:]*| at 0x[0-9a-f]+/, "");
    }),
  );
}

test.each([
  ["32-bit mode, page faults", pages32, dieIn32, "kernel"],
  ["32-bit mode, others", others32, dieIn32, "kernel"],
  ["64-bit mode", in64, dieIn64, "kernel"],
  ["real mode", inRealMode, dieInRealMode, "disks"],
] as const)("in %s", async (_, rows, make, field) => {
  const expected = rows.map(([said]) => `triple fault: ${said}`);
  expect(await causesOf(rows, make, field)).toEqual(expected);
});

test("what is not provable is not said", async () => {
  const bodies: readonly Row[] = [
    // TCG has no such limits, so that nothing faults there but what follows.
    ["", "  ljmp $0x100, $0"],
    ["", "  push $0x100\n  push $0\n  lret"],
  ];
  const said = await causesOf(bodies, dieIn32, "kernel");
  expect(said).toEqual(bodies.map(() => "triple fault"));
});
