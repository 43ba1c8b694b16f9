#include "CEmbedded.h"

// #embed is C23, which clang offers in all modes.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Each embedded file is named twice: once with its bytes, once in the table.
static const unsigned char machineconfig_base[] = {
#embed "../../machineconfigs/base.yaml"
};
static const unsigned char machineconfig_controlplane[] = {
#embed "../../machineconfigs/controlplane.yaml"
};
static const unsigned char machineconfig_hugepages[] = {
#embed "../../machineconfigs/hugepages.yaml"
};
static const unsigned char machineconfig_keepalive[] = {
#embed "../../machineconfigs/keepalive.yaml"
};
static const unsigned char machineconfig_oidc[] = {
#embed "../../machineconfigs/oidc.yaml"
};
static const unsigned char machineconfig_worker[] = {
#embed "../../machineconfigs/worker.yaml"
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

static const unsigned char pxe_boot[] = {
#embed "../../pxe/boot.ipxe"
};
static const unsigned char pxe_install[] = {
#embed "../../pxe/install.ipxe"
};
static const unsigned char pxe_hold[] = {
#embed "../../pxe/hold.ipxe"
};
static const unsigned char pxe_local[] = {
#embed "../../pxe/local.ipxe"
};
static const unsigned char pxe_bootloaders[] = {
#embed "../../pxe/bootloaders.txt"
};

#define FILE_ENTRY(path, variable) {path, variable, sizeof variable}

static const struct cembedded_file files[] = {
    FILE_ENTRY("machineconfigs/base.yaml", machineconfig_base),
    FILE_ENTRY("machineconfigs/controlplane.yaml", machineconfig_controlplane),
    FILE_ENTRY("machineconfigs/hugepages.yaml", machineconfig_hugepages),
    FILE_ENTRY("machineconfigs/keepalive.yaml", machineconfig_keepalive),
    FILE_ENTRY("machineconfigs/oidc.yaml", machineconfig_oidc),
    FILE_ENTRY("machineconfigs/worker.yaml", machineconfig_worker),
    FILE_ENTRY("pxe/boot.ipxe", pxe_boot),
    FILE_ENTRY("pxe/install.ipxe", pxe_install),
    FILE_ENTRY("pxe/hold.ipxe", pxe_hold),
    FILE_ENTRY("pxe/local.ipxe", pxe_local),
    FILE_ENTRY("pxe/bootloaders.txt", pxe_bootloaders),
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
