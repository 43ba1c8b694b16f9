#include "CEmbedded.h"

// Each embedded file is named twice: once with its bytes, once in the table.
static const unsigned char readme[] = {
#embed "../../machineconfigs/README.md"
};

static const unsigned char release_1_6_2[] = {
#embed "../../releases/v1.6.2/release.yaml"
};
static const unsigned char packages_1_6_2[] = {
#embed "../../releases/v1.6.2/packages.yaml"
};
static const unsigned char flux_1_6_2[] = {
#embed "../../releases/v1.6.2/manifests/fluxcd.yaml"
};
static const unsigned char crd_packages_1_6_2[] = {
#embed "../../releases/v1.6.2/manifests/cozystack.io_packages.yaml"
};
static const unsigned char crd_packagesources_1_6_2[] = {
#embed "../../releases/v1.6.2/manifests/cozystack.io_packagesources.yaml"
};

#define FILE_ENTRY(path, variable) {path, variable, sizeof variable}

static const struct cembedded_file files[] = {
    FILE_ENTRY("machineconfigs/README.md", readme),
    FILE_ENTRY("releases/v1.6.2/release.yaml", release_1_6_2),
    FILE_ENTRY("releases/v1.6.2/packages.yaml", packages_1_6_2),
    FILE_ENTRY("releases/v1.6.2/manifests/fluxcd.yaml", flux_1_6_2),
    FILE_ENTRY("releases/v1.6.2/manifests/cozystack.io_packages.yaml", crd_packages_1_6_2),
    FILE_ENTRY("releases/v1.6.2/manifests/cozystack.io_packagesources.yaml", crd_packagesources_1_6_2),
};

struct cembedded_file cembedded_file_at(size_t index) {
    if (index < sizeof files / sizeof files[0]) {
        return files[index];
    }
    return (struct cembedded_file){0};
}
