extension ClusterSpec {
    /// Storage pools and classes, made when LINSTOR is up.
    package struct Storage: Sendable, Hashable, Codable {
        package struct Pool: Sendable, Hashable, Codable {
            package enum Backend: String, Sendable, Hashable, Codable {
                case zfs, lvm
            }

            package var name: String
            package var backend: Backend
            /// Device paths, the same on each node.
            package var devices: [String]
            /// The nodes that have the pool; empty for all.
            package var nodes: [String]
        }

        package enum StorageClass: String, Sendable, Hashable, Codable {
            case local, replicated
        }

        package var pools: [Pool]
        /// The storage class that claims without a class get.
        package var defaultClass: StorageClass
        /// How many copies class `replicated` keeps.
        package var replicas: Int
    }

    /// Addresses that MetalLB hands out.
    package struct LoadBalancer: Sendable, Hashable, Codable {
        package struct Pool: Sendable, Hashable, Codable {
            package var name: String
            package var ranges: [AddressRange]
        }

        package var pools: [Pool]
    }

    /// What tenant `root` gets.
    package struct RootTenant: Sendable, Hashable, Codable {
        package var host: String?
        package var ingress: Bool
        package var monitoring: Bool
        package var etcd: Bool
        package var seaweedfs: Bool
    }
}
