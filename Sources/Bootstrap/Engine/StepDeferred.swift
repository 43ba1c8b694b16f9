/// Thrown by an act that certainly had no effect because the world is not ready for it yet.
package struct StepDeferred: Error, Sendable {
    package let reason: WaitReason

    package init(_ reason: WaitReason) {
        self.reason = reason
    }
}
