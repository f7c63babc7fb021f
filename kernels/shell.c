/* A shell whose commands print in all the ways that may deceive a reader, and whose echo can be
 * changed: "echo on", "echo off", "echo twice" (driver and shell both echo), "echo bold" (an
 * escape sequence around every character) and "echo again" (prompt and line are printed once more
 * when a line is complete). */
#include "console.h"
#include "machine.h"
#include "memory.h"

#define PROMPT "shell$ "
#define LINE_LIMIT 200
#define COLUMNS 80

enum echo { ECHO_OFF, ECHO_ON, ECHO_TWICE, ECHO_BOLD, ECHO_AGAIN };

static enum echo echo = ECHO_ON;
static unsigned column;

/* If `text` begins with `start`, what comes behind it; otherwise a null pointer. */
static const char *after(const char *text, const char *start)
{
    for (; *start != '\0'; start++, text++)
        if (*text != *start)
            return 0;
    return text;
}

static int is(const char *text, const char *other)
{
    const char *rest = after(text, other);
    return rest != 0 && *rest == '\0';
}

static void echo_byte(uint8_t byte)
{
    if (echo == ECHO_OFF)
        return;
    if (echo == ECHO_BOLD)
        console_write("\033[1m");
    console_write_byte(byte);
    if (echo == ECHO_BOLD)
        console_write("\033[m");
    if (echo == ECHO_TWICE)
        console_write_byte(byte);
    /* As readline does at the right margin: on to the next line with a blank and a return. */
    if (++column == COLUMNS) {
        console_write(" \r");
        column = 0;
    }
}

static void echo_line_end(const char *line)
{
    if (echo == ECHO_OFF)
        return;
    if (echo == ECHO_AGAIN) {
        console_write("\r" PROMPT);
        console_write(line);
    }
    console_write("\n");
    if (echo == ECHO_TWICE)
        console_write("\n");
}

static unsigned read_line(char line[LINE_LIMIT + 1])
{
    unsigned length = 0;
    for (;;) {
        uint8_t byte = console_read_byte();
        if (byte == '\r') {
            line[length] = '\0';
            echo_line_end(line);
            return length;
        }
        if (length == LINE_LIMIT)
            continue;
        line[length++] = (char)byte;
        echo_byte(byte);
    }
}

static void set_echo(const char *name)
{
    static const char *const names[] = {"off", "on", "twice", "bold", "again"};
    for (unsigned index = 0; index < sizeof names / sizeof *names; index++)
        if (is(name, names[index]))
            echo = (enum echo)index;
}

static void ask_password(void)
{
    char line[LINE_LIMIT + 1];
    enum echo before = echo;
    console_write("Password: ");
    echo = ECHO_OFF;
    unsigned length = read_line(line);
    echo = before;
    console_write("\n");
    console_write_number(length);
    console_write_line(" characters");
}

static void run(const char *line)
{
    const char *rest;
    if ((rest = after(line, "say ")) != 0) {
        console_write_line(rest);
    } else if ((rest = after(line, "print ")) != 0) {
        console_write(rest);
    } else if ((rest = after(line, "echo ")) != 0) {
        set_echo(rest);
    } else if (is(line, "prompts")) {
        console_write_line(PROMPT);
        console_write_line(PROMPT "prompts");
        console_write_line("no " PROMPT "here");
    } else if (is(line, "slow")) {
        console_write_line("first");
        wait_seconds(1);
        console_write_line("second");
    } else if (is(line, "password")) {
        ask_password();
    } else if (is(line, "panic")) {
        console_write_line("panic: as you wish");
    } else if (is(line, "fault")) {
        *unmapped_page() = 1;
    } else if (is(line, "quit")) {
        power_off();
    } else if (!is(line, "")) {
        console_write(line);
        console_write_line(": no such command");
    }
}

void kernel_main(void)
{
    char line[LINE_LIMIT + 1];
    for (;;) {
        console_write(PROMPT);
        column = sizeof PROMPT - 1;
        read_line(line);
        run(line);
    }
}
