/* A boot sector: the 512 bytes that PC firmware reads from a disk to address 0x7c00, and runs in
 * 16-bit real mode. This one prints a line on the serial port COM1, and halts. */
#define LINE_STATUS 0x3fd
#define TRANSMITTER_EMPTY 0x20
#define DATA 0x3f8

    .text
    .code16
    .global entry
entry:
    cli
    cld
    /* Some firmware jumps to 0000:7c00 and some to 07c0:0000; the far jump makes it the first. */
    ljmp $0, $set_segments
set_segments:
    xor %ax, %ax
    mov %ax, %ds
    mov %ax, %ss
    mov $entry, %sp /* the stack grows down from where we are */
    mov $message, %si

print_next_byte:
    lodsb
    test %al, %al
    jz halt
    mov %al, %ah
    mov $LINE_STATUS, %dx
wait_for_transmitter:
    in %dx, %al
    test $TRANSMITTER_EMPTY, %al
    jz wait_for_transmitter
    mov $DATA, %dx
    mov %ah, %al
    out %al, %dx
    jmp print_next_byte

halt:
    cli
    hlt
    jmp halt

message:
    .asciz "Hello from the boot sector\r\n"

    /* The mark by which firmware knows a boot sector, in its last two bytes. */
    .org 510
    .byte 0x55, 0xaa
