#ifndef CEMBEDDED_H
#define CEMBEDDED_H

#include <stddef.h>

/// A file that is part of the binary.
struct cembedded_file {
    /// The path below the package's root, for example "pxe/boot.ipxe".
    const char *name;
    const unsigned char *bytes;
    size_t length;
};

/// The file at an index, or a file without a name behind the last one.
struct cembedded_file cembedded_file_at(size_t index);

#endif
