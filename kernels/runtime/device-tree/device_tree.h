/* The flattened device tree, in which QEMU describes a machine to its kernel. */
#ifndef DEVICE_TREE_H
#define DEVICE_TREE_H

/* The command line in the tree at this address (/chosen/bootargs), or an empty text. */
const char *device_tree_command_line(const void *tree);

#endif
