/// The documents beside the legacy one that Talos 1.13 knows, by kind. All have the version `v1alpha1`.
extension ConfigShape {
    /// - Returns: nil for a kind that Talos 1.13 has not registered.
    static func document(kind: String) -> ConfigShape? {
        guard let own = documents[kind] else { return nil }
        guard case .object(var fields) = own else { return own }
        for key in ["apiVersion", "kind", "name"] { fields[key] = fields[key] ?? .scalar }
        return .object(fields)
    }

    /// The part that every kind of link has in common.
    private static func link(_ notation: StaticString) -> ConfigShape {
        let common = ConfigShape(
            """
            up, mtu, addresses[{address, routePriority}], hardwareAddr, multicast,
            routes[{destination, gateway, source, metric, mtu, table}]
            """)
        guard case .object(let shared) = common, case .object(let own) = ConfigShape(notation) else { return .any }
        return .object(shared.merging(own) { $1 })
    }

    private static let documents: [String: ConfigShape] = [
        "HostnameConfig": ConfigShape("auto, hostname"),
        "ResolverConfig": ConfigShape("nameservers[{address}], searchDomains{domains[], disableDefault}"),
        "TimeSyncConfig": ConfigShape("enabled, bootTimeout, ntp{servers[]}, ptp{devices[]}"),
        "LinkConfig": link(""),
        "BondConfig": link("links[], bondMode, xmitHashPolicy, lacpRate, miimon, updelay, downdelay"),
        "VLANConfig": link("vlanID, vlanMode, parent"),
        "BridgeConfig": link("links[], stp*, vlan*"),
        "DummyLinkConfig": link(""),
        "WireguardConfig": link("privateKey, listenPort, firewallMark, peers*"),
        "VRFConfig": link("links[], table"),
        "LinkAliasConfig": ConfigShape("selector{match}"),
        "DHCPv4Config": ConfigShape("routeMetric, ignoreHostname, clientIdentifier, duidRaw"),
        "DHCPv6Config": ConfigShape("routeMetric, ignoreHostname, clientIdentifier, duidRaw"),
        "EthernetConfig": ConfigShape("features<>, rings*, channels*, wakeOnLan[]"),
        "Layer2VIPConfig": ConfigShape("link"),
        "HCloudVIPConfig": ConfigShape("link, apiToken"),
        "StaticHostConfig": ConfigShape("hostnames[]"),
        "NetworkDefaultActionConfig": ConfigShape("ingress"),
        "NetworkRuleConfig": ConfigShape("portSelector{ports[], protocol}, ingress[{subnet, except}]"),
        "KubeSpanConfig": .any,
        "KubeSpanEndpointsConfig": ConfigShape("extraAnnouncedEndpoints[]"),
        "BlackholeRouteConfig": ConfigShape("metric"),
        "RoutingRuleConfig": .any,
        "TCPProbeConfig": .any,
        "VolumeConfig": ConfigShape(
            "provisioning{diskSelector{match}, grow, minSize, maxSize}, encryption*, mount*"),
        "UserVolumeConfig": ConfigShape(
            """
            volumeType, provisioning{diskSelector{match}, grow, minSize, maxSize}, filesystem*, encryption*, mount*
            """),
        "RawVolumeConfig": ConfigShape("provisioning{diskSelector{match}, grow, minSize, maxSize}, encryption*"),
        "ExistingVolumeConfig": .any,
        "ExternalVolumeConfig": .any,
        "SwapVolumeConfig": .any,
        "ZswapConfig": .any,
        "RegistryMirrorConfig": ConfigShape("endpoints[{url, overridePath}], skipFallback"),
        "RegistryTLSConfig": ConfigShape("clientIdentity{cert, key}, ca, insecureSkipVerify"),
        "RegistryAuthConfig": ConfigShape("username, password, auth, identityToken"),
        "ExtensionServiceConfig": ConfigShape("configFiles[{content, mountPath}], environment[]"),
        "PCIDriverRebindConfig": ConfigShape("targetDriver"),
        "EventSinkConfig": ConfigShape("endpoint"),
        "KmsgLogConfig": ConfigShape("url"),
        "OOMConfig": .any,
        "WatchdogTimerConfig": ConfigShape("device, timeout"),
        "TrustedRootsConfig": ConfigShape("certificates"),
        "SideroLinkConfig": ConfigShape("apiUrl, uniqueToken, tunnel"),
        "EnvironmentConfig": ConfigShape("variables<>"),
        "ImageVerificationConfig": ConfigShape("rules*"),
    ]
}
