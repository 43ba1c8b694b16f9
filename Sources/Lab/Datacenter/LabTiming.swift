/// How long the simulated machines take for each thing they do.
///
/// The defaults bring a node from power-on to an installed, configured system in two to three seconds and keep the
/// proportions of a real machine; every single wait is jittered by the lab's seed.
package struct LabTiming: Sendable, Hashable {
    /// The machines of a rack are switched on one after another within this time.
    package var powerOnSpread: Duration = .milliseconds(150)
    /// From power-on until the firmware's network stack sends its first DISCOVER.
    package var firmwareStart: Duration = .milliseconds(80)
    /// The first window in which DHCP offers are awaited. It doubles up to ``dhcpWindowLimit``.
    package var dhcpWindow: Duration = .milliseconds(400)
    /// The longest window in which DHCP offers are awaited.
    package var dhcpWindowLimit: Duration = .milliseconds(3200)
    /// How long further offers are collected after the first good one.
    package var dhcpCollect: Duration = .milliseconds(10)
    /// The first time-out of a TFTP block. It doubles up to eight times that.
    package var tftpTimeout: Duration = .milliseconds(500)
    /// From the last TFTP block until the loaded iPXE sends its own DISCOVER.
    package var loaderStart: Duration = .milliseconds(40)
    /// After a boot that failed, before the firmware starts over.
    package var firmwareRetry: Duration = .milliseconds(500)
    /// What one second of an iPXE `sleep` or a `Retry-After` lasts.
    package var scriptSecond: Duration = .milliseconds(50)
    /// An HTTP transfer without a byte for this long is given up.
    package var transferIdle: Duration = .seconds(20)
    /// From the start of the kernel until the network is up.
    package var kernelStart: Duration = .milliseconds(150)
    /// What one second between two attempts to fetch the machine configuration lasts (Talos doubles the gaps: 1, 3,
    /// 7, 15 … s).
    package var configRetrySecond: Duration = .milliseconds(50)
    /// The time one attempt to fetch the machine configuration may take (Talos: three minutes).
    package var configAttempt: Duration = .seconds(20)
    /// From a change of the node's role until its API serves with the new certificate.
    package var apiStart: Duration = .milliseconds(60)
    /// The installer's work: pulling the image, partitioning, copying.
    package var install: Duration = .milliseconds(500)
    /// From the kexec or the reset of a machine until the next kernel or firmware runs.
    package var restart: Duration = .milliseconds(150)
    /// From the start of the installed system until the container runtime is healthy.
    package var containerRuntimeStart: Duration = .milliseconds(250)
    /// From the start of the installed system until its clock is in sync.
    package var timeSync: Duration = .milliseconds(400)
    /// From an accepted Bootstrap, or an accepted join, until etcd serves.
    package var etcdStart: Duration = .milliseconds(250)
    /// Between two attempts of a control plane to join etcd (Talos: 3 s).
    package var etcdJoinRetry: Duration = .milliseconds(150)
    /// How long a new member stays a learner.
    package var etcdPromotion: Duration = .milliseconds(150)
    /// From a quorum of etcd until the shared address is held.
    package var virtualAddressElection: Duration = .milliseconds(100)
    /// From a served etcd until the Kubernetes API server answers.
    package var apiServerStart: Duration = .milliseconds(500)
    /// From a reachable Kubernetes API until the kubelet has registered its node.
    package var kubeletStart: Duration = .milliseconds(200)
    /// Between two attempts to reach something that is not there yet: the cluster endpoint, an API type.
    package var probe: Duration = .milliseconds(150)
    /// Every wait is lengthened or shortened by a random part of this size, 0 … 1.
    package var jitter: Double = 0.2

    package init() {}

    /// Next to no waiting: for tests of behaviour that does not depend on time.
    package static var instant: LabTiming {
        var timing = LabTiming()
        let waits: [WritableKeyPath<LabTiming, Duration>] = [
            \.powerOnSpread, \.firmwareStart, \.loaderStart, \.kernelStart, \.apiStart, \.install, \.restart,
            \.containerRuntimeStart, \.timeSync, \.etcdStart, \.etcdPromotion, \.virtualAddressElection,
            \.apiServerStart, \.kubeletStart,
        ]
        for wait in waits { timing[keyPath: wait] = .milliseconds(5) }
        for wait in [\LabTiming.etcdJoinRetry, \.probe, \.firmwareRetry, \.dhcpWindow] {
            timing[keyPath: wait] = .milliseconds(50)
        }
        timing.scriptSecond = .milliseconds(5)
        timing.configRetrySecond = .milliseconds(5)
        return timing
    }
}
