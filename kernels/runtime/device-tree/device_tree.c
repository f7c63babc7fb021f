/* Reads a flattened device tree (Devicetree Specification 0.4, chapter 5). All its numbers are
 * big-endian words. */
#include "device_tree.h"

#include <stdint.h>

#define MAGIC 0xd00dfeed

enum token { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOTHING = 4 };

struct header {
    uint32_t magic, total_size, structure_offset, strings_offset;
};

static uint32_t big_endian(uint32_t word)
{
    return __builtin_bswap32(word);
}

static int same_text(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

/* The first word behind a text, which is padded to whole words. */
static const uint32_t *after_text(const char *text)
{
    while (*text != '\0')
        text++;
    return (const uint32_t *)(((uintptr_t)text + 4) & ~(uintptr_t)3);
}

const char *device_tree_command_line(const void *tree)
{
    const struct header *header = tree;
    if (big_endian(header->magic) != MAGIC)
        return "";
    const char *strings = (const char *)tree + big_endian(header->strings_offset);
    const char *bytes = (const char *)tree + big_endian(header->structure_offset);
    const uint32_t *word = (const uint32_t *)(uintptr_t)bytes;
    unsigned depth = 0;
    unsigned chosen_depth = 0; /* of the node /chosen, while inside of it */
    for (;;) {
        switch (big_endian(*word++)) {
        case BEGIN_NODE:
            depth++;
            if (depth == 2 && same_text((const char *)word, "chosen"))
                chosen_depth = depth;
            word = after_text((const char *)word);
            break;
        case END_NODE:
            if (depth == chosen_depth)
                chosen_depth = 0;
            depth--;
            break;
        case PROPERTY: {
            uint32_t size = big_endian(word[0]);
            const char *name = strings + big_endian(word[1]);
            const char *value = (const char *)&word[2];
            if (chosen_depth != 0 && depth == chosen_depth && same_text(name, "bootargs"))
                return value;
            word += 2 + (size + 3) / 4;
            break;
        }
        case NOTHING:
            break;
        default: /* the end of the tree, or no tree */
            return "";
        }
    }
}
