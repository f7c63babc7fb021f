/** A disk whose boot sector reads the next one, writes to it, and reads it again. */
import { readFile, writeFile } from "node:fs/promises";
import { assembleBootSector } from "./assemble.ts";

/**
 * A boot sector that prints the first bytes of the next sector, writes "WRITTEN" over them, and
 * prints what it then reads. DL is the drive that it was booted from.
 */
const writerSource = `  mov %dl, drive
  call read
  mov $0x8000, %si
  call print
  mov $written, %si
  mov $0x8000, %di
  mov $8, %cx
  rep movsb
  mov $0x0301, %ax
  call transfer
  mov $refused, %si
  jc end
  movb $0, 0x8000
  call read
  mov $0x8000, %si
end: call print
  mov $done, %si
  call print
1: hlt
  jmp 1b
read: mov $0x0201, %ax
transfer: mov $2, %cx
  mov drive, %dl
  mov $0, %dh
  mov $0x8000, %bx
  int $0x13
  ret
drive: .byte 0
written: .asciz "WRITTEN"
refused: .asciz "refused"
done: .asciz " done\\n"`;

/** A disk of 1.44 MB whose second sector says `label`. */
export async function makeWriterDisk(label: string): Promise<string> {
  const image = await assembleBootSector(writerSource);
  const bytes = await readFile(image);
  const disk = Buffer.alloc(1_474_560);
  bytes.copy(disk);
  disk.write(`${label} \0`, 512);
  await writeFile(image, disk);
  return image;
}
