/// What upstream's operator takes as flags: how helm-controller is to handle the releases of Packages.
///
/// Durations are in whole seconds.
package struct HelmReleaseSettings: Sendable, Hashable {
    /// How often a release is looked at (`spec.interval`).
    package var interval: Duration = .seconds(300)
    /// The pause after a failed install or upgrade.
    package var retryInterval: Duration = .seconds(30)
    package var installTimeout: Duration = .seconds(600)
    package var upgradeTimeout: Duration = .seconds(600)
    /// How many revisions are kept; 0 keeps all.
    package var maxHistory = 5

    package init() {}
}

extension Duration {
    /// As Go writes a duration of whole seconds (`time.Duration.String`), which is how `metav1.Duration` stands in the
    /// API: `5m0s`, `30s`, `1h0m0s`.
    package var goText: String {
        let total = components.seconds
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        if hours > 0 { return "\(hours)h\(minutes)m\(seconds)s" }
        return minutes > 0 ? "\(minutes)m\(seconds)s" : "\(seconds)s"
    }
}
