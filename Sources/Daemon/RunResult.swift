package import Bootstrap

/// How a run ended that reached its end.
package struct RunResult: Sendable {
    /// The last status.
    package let status: RunStatus
    /// How many acts it began: 0 when everything was as it should be.
    package let acts: Int
    /// How many times etcd has been bootstrapped in the cluster's life.
    package let etcdBootstraps: Int
}
