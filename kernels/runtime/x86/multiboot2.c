/* Multiboot 2: the boot information is a list of tags (Multiboot2 Specification 2.0, 3.4). */
#include <stdint.h>

#include "boot.h"
#include "multiboot2.h"

#define TAG_END 0
#define TAG_COMMAND_LINE 1
#define TAG_MODULE 3

struct tag {
    uint32_t type;
    uint32_t size_bytes; /* without the padding up to a multiple of eight */
};

struct command_line_tag {
    struct tag tag;
    char text[];
};

struct module_tag {
    struct tag tag;
    uint32_t start, end;
    char command_line[];
};

void multiboot2_read(const void *information)
{
    /* The list begins behind its own size and a reserved word. */
    const struct tag *tag = (const struct tag *)((const char *)information + 8);
    while (tag->type != TAG_END) {
        if (tag->type == TAG_COMMAND_LINE)
            boot_command_line = ((const struct command_line_tag *)tag)->text;
        if (tag->type == TAG_MODULE) {
            const struct module_tag *module = (const struct module_tag *)tag;
            boot_add_module((const char *)(uintptr_t)module->start, module->end - module->start,
                            module->command_line);
        }
        tag = (const struct tag *)((const char *)tag + ((tag->size_bytes + 7) & ~7u));
    }
}
