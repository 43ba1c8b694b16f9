package import Core

/// What the operator wants: `cluster.yaml`, checked as a whole, with every default filled in.
package struct ClusterSpec: Sendable, Hashable {
    /// The name of the cluster, a DNS label.
    package var name: String
    /// The platform variant, for example `isp-full`.
    package var variant: String
    /// The release of Cozystack, for example `v1.6.2`.
    package var release: String
    /// The URL of the Kubernetes API.
    package var endpoint: String
    /// The address that moves between the control planes.
    package var vip: IPAddress?
    package var networks: Networks
    package var boot: Boot
    package var delivery: Delivery
    package var nodes: [NodeSpec]
    package var source: Source
    package var mirrors: Mirrors
    package var platform: Platform
    package var storage: Storage?
    package var loadBalancer: LoadBalancer?
    package var rootTenant: RootTenant?
}

extension ClusterSpec {
    package struct Networks: Sendable, Hashable, Codable {
        /// The network the nodes stand in.
        package var node: NodeNetwork
        package var pod: PodNetwork
        package var service: Subnet
        /// Kube-OVN's network between nodes and pods.
        package var join: Subnet
        /// The DNS domain of the cluster.
        package var domain: String
        package var dns: [IPAddress]
        /// Time servers, names or addresses.
        package var ntp: [String]

        package struct NodeNetwork: Sendable, Hashable, Codable {
            package var subnet: CIDR
            package var gateway: IPAddress?
        }

        package struct PodNetwork: Sendable, Hashable, Codable {
            package var subnet: CIDR
            /// Kube-OVN's gateway: by default the first address of the subnet.
            package var gateway: IPAddress
        }

        package struct Subnet: Sendable, Hashable, Codable {
            package var subnet: CIDR
        }
    }

    package struct Boot: Sendable, Hashable, Codable {
        package enum Mode: String, Sendable, Hashable, Codable {
            /// Answers beside the site's DHCP server, which hands out the addresses.
            case proxy
            /// Is the DHCP server.
            case dhcp
            /// No DHCP; the site's server points to this one.
            case off
        }

        package enum UnknownMachines: String, Sendable, Hashable, Codable {
            /// Answered, and kept waiting for a decision.
            case hold
            /// Not answered.
            case ignore
        }

        package struct HTTP: Sendable, Hashable, Codable {
            package var listen: HostPort
        }

        package struct Ports: Sendable, Hashable, Codable {
            package var dhcp: Int
            package var proxy: Int
            package var tftp: Int
        }

        package var mode: Mode
        /// The interface to serve on; nil for the one that has ``address``.
        package var interface: String?
        /// The address that machines are told to fetch from; nil for that of ``interface``.
        package var address: IPAddress?
        /// Addresses for machines that are no nodes; used in mode `dhcp`.
        package var ranges: [AddressRange]
        package var http: HTTP
        package var ports: Ports
        /// The directory with the iPXE binaries.
        package var bootloaders: String
        package var unknownMachines: UnknownMachines
        package var kernelArguments: [String]
    }

    package struct Delivery: Sendable, Hashable, Codable {
        package enum Method: String, Sendable, Hashable, Codable {
            /// The node fetches its config by a one-time token in its kernel arguments.
            case pull
            /// The config is applied over the maintenance API.
            case push
        }

        package enum Trust: String, Sendable, Hashable, Codable {
            /// The key of a maintenance API must be the one that the node wrote to its kernel log.
            case kernelLog = "kernel-log"
            /// The first key seen is taken.
            case firstUse = "first-use"
        }

        package var method: Method
        package var trust: Trust
        package var kernelLogPort: Int
    }

    package struct Source: Sendable, Hashable, Codable {
        /// Instead of the release's: a mirror of the same artifact, or another.
        package var url: String?
        package var digest: String?
        /// Whether the registry speaks plain HTTP.
        package var insecure: Bool
    }

    package struct Mirrors: Sendable, Hashable, Codable {
        /// The beginning of URLs, and what stands in its place.
        package var files: [String: String]
        /// Registries, and the endpoints to ask in their place.
        package var registries: [String: [String]]
    }

    package struct Platform: Sendable, Hashable, Codable {
        /// `spec.components.platform.values` of Package `cozystack.cozystack-platform`, as the operator gave them.
        package var values: JSON
    }
}
