import Core
import Embedded
import Inventory

/// Loads a text as `cluster.yaml`.
func load(_ text: String, variant: String? = nil) -> Result<ClusterSpec, Faults> {
    ClusterSpec.load(text, file: "cluster.yaml", variant: variant, embedded: Embedded())
}

/// The faults of a text, none when it is right.
func faults(_ text: String, variant: String? = nil) -> [Fault] {
    if case .failure(let faults) = load(text, variant: variant) { faults.all } else { [] }
}

/// The smallest `cluster.yaml` of one node that is right.
let minimal = """
    apiVersion: bootstrap.cozystack.io/v1alpha1
    kind: ManagementCluster
    metadata:
      name: small
    spec:
      variant: isp-full
      vip: 127.77.0.2
      networks:
        node: {subnet: 127.77.0.0/16}
      boot: {address: 127.77.0.1}
      nodes:
      - name: one
        role: control-plane
        match: {serial: A1}
        address: 127.77.1.1
        disk: {wwid: naa.1}
      platform: {values: {publishing: {host: lab.test}}}

    """

/// A repeatable source of randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
