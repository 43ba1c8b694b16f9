/// The legacy document of Talos 1.13: `version`, `machine`, `cluster`.
extension ConfigShape {
    static let v1alpha1 = ConfigShape.object([
        "version": .scalar, "debug": .scalar, "persist": .scalar, "machine": machine, "cluster": cluster,
    ])

    private static let machine = ConfigShape(
        """
        type, token, ca{crt, key}, acceptedCAs[{crt, key}], certSANs[],
        controlPlane{controllerManager{disabled}, scheduler{disabled}},
        kubelet{image, clusterDNS[], extraArgs*, extraMounts*, extraConfig*, credentialProviderConfig*,
            defaultRuntimeSeccompProfileEnabled, registerWithFQDN, nodeIP{validSubnets[]}, skipNodeRegistration,
            disableManifestsDirectory},
        pods*,
        network{hostname, interfaces[{interface, deviceSelector{busPath, hardwareAddr, permanentAddr, pciID, driver,
            physical}, addresses[], cidr, routes[{network, gateway, source, metric, mtu}], bond*, bridge*, bridgePort*,
            vlans[{vlanId, addresses[], cidr, routes*, dhcp, mtu, vip*, dhcpOptions*}], mtu, dhcp, ignore, dummy,
            dhcpOptions{routeMetric, ipv4, ipv6, duidv6}, wireguard*, vip{ip, equinixMetal*, hcloud*}}],
            nameservers[], searchDomains[], extraHostEntries[{ip, aliases[]}], kubespan*, disableSearchDomain},
        disks[{device, partitions[{size, mountpoint}]}],
        install{disk, diskSelector{name, size, model, serial, modalias, uuid, wwid, type, busPath}, extraKernelArgs[],
            image, extensions[{image}], bootloader, wipe, legacyBIOSSupport, grubUseUKICmdline},
        files[{content, permissions, path, op}], env<>,
        time{disabled, servers[], bootTimeout}, sysctls<>, sysfs<>,
        registries{mirrors<{endpoints[], overridePath, skipFallback}>,
            config<{tls{clientIdentity{crt, key}, ca, insecureSkipVerify},
                auth{username, password, auth, identityToken}}>},
        systemDiskEncryption{state*, ephemeral*},
        features{rbac, stableHostname,
            kubernetesTalosAPIAccess{enabled, allowedRoles[], allowedKubernetesNamespaces[]}, apidCheckExtKeyUsage,
            diskQuotaSupport, kubePrism{enabled, port}, hostDNS{enabled, forwardKubeDNSToHost, resolveMemberNames},
            imageCache{localEnabled}, nodeAddressSortAlgorithm},
        udev{rules[]}, logging{destinations[{endpoint, format, extraTags<>}]},
        kernel{modules[{name, parameters[]}]}, seccompProfiles[{name, value*}], baseRuntimeSpecOverrides*,
        nodeLabels<>, nodeAnnotations<>, nodeTaints<>
        """)

    private static let cluster = ConfigShape(
        """
        id, secret, controlPlane{endpoint, localAPIServerPort}, clusterName,
        network{cni{name, urls[], flannel{extraArgs[], kubeNetworkPoliciesEnabled}}, dnsDomain, podSubnets[],
            serviceSubnets[]},
        token, aescbcEncryptionSecret, secretboxEncryptionSecret, ca{crt, key}, acceptedCAs[{crt, key}],
        aggregatorCA{crt, key}, serviceAccount{key},
        apiServer{image, extraArgs*, extraVolumes*, env<>, certSANs[], disablePodSecurityPolicy,
            admissionControl[{name, configuration*}], auditPolicy*, resources*, authorizationConfig*},
        controllerManager{image, extraArgs*, extraVolumes*, env<>, resources*},
        proxy{disabled, image, mode, extraArgs*},
        scheduler{image, extraArgs*, extraVolumes*, env<>, resources*, config*},
        discovery{enabled, registries{kubernetes{disabled}, service{disabled, endpoint}}},
        etcd{image, ca{crt, key}, extraArgs*, subnet, advertisedSubnets[], listenSubnets[]},
        coreDNS{disabled, image}, externalCloudProvider{enabled, manifests[]}, extraManifests[],
        extraManifestHeaders<>, inlineManifests[{name, contents}], adminKubeconfig{certLifetime},
        allowSchedulingOnMasters, allowSchedulingOnControlPlanes
        """)
}
