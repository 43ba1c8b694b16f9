#include "CEmbedded.h"

// Each embedded file is named twice: once with its bytes, once in the table.
static const unsigned char readme[] = {
#embed "../../machineconfigs/README.md"
};

#define FILE_ENTRY(path, variable) {path, variable, sizeof variable}

static const struct cembedded_file files[] = {
    FILE_ENTRY("machineconfigs/README.md", readme),
};

struct cembedded_file cembedded_file_at(size_t index) {
    if (index < sizeof files / sizeof files[0]) {
        return files[index];
    }
    return (struct cembedded_file){0};
}
