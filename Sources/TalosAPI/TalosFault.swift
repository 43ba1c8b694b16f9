import Core
import HTTPClient
import SwiftProtobuf
import TalosMessages

extension TalosClient {
    /// What went wrong with a call, with the node as its place and what can be done about it.
    func fault(_ error: any Error, _ method: TalosMethod) -> Fault {
        switch error {
        case let status as GRPCStatus: return fault(status, method)
        case var fault as Fault:
            fault.what = "\(method.name): \(fault.what)"
            fault.location = endpoint.description
            if fault.code == .denied, fault.next == nil || !isMaintenance { fault.next = identityHint }
            return fault
        case let error as BinaryDecodingError:
            return Fault(
                .corrupted, "\(method.name): the node's answer cannot be decoded", at: endpoint.description,
                cause: error)
        default:
            return Fault(.failed, "\(method.name) failed", at: endpoint.description, cause: error)
        }
    }

    /// What the node said about the call in place of an answer.
    private func fault(_ status: GRPCStatus, _ method: TalosMethod) -> Fault {
        let hint = TalosHint.all.first { $0.matches(status, method, isMaintenance: isMaintenance) }
        var fault = Fault(
            status, hint?.what ?? "\(method.name): the node refuses the call", at: endpoint.description,
            next: hint?.next)
        if let code = hint?.code { fault.code = code }
        return fault
    }

    private var identityHint: String {
        isMaintenance
            ? "the node has rebooted or is another one: compare the fingerprint on its console"
            : "check that the node belongs to this cluster and that the clocks agree"
    }

    /// A fault for an element of an answer that reports an error in its metadata (talos.md 1.2).
    func fault(_ metadata: Common_Metadata, _ method: TalosMethod) -> Fault? {
        guard !metadata.error.isEmpty || metadata.status.code != 0 else { return nil }
        let code = GRPCStatus.Code(rawValue: Int(metadata.status.code)) ?? .unknown
        let message = metadata.status.message.isEmpty ? metadata.error : metadata.status.message
        return fault(GRPCStatus(code == .ok ? .unknown : code, message), method)
    }

    /// The one element of an answer in the form `{ repeated X messages }`.
    func single<Element>(
        _ elements: [Element], _ metadata: KeyPath<Element, Common_Metadata>, _ method: TalosMethod
    ) throws(Fault) -> Element {
        guard let element = elements.first, elements.count == 1 else {
            throw Fault(
                .corrupted, "\(method.name): the node sent \(elements.count) answers instead of one",
                at: endpoint.description)
        }
        if let fault = fault(element[keyPath: metadata], method) { throw fault }
        return element
    }
}

/// What a known refusal means and what helps.
private struct TalosHint: Sendable {
    let status: GRPCStatus.Code
    /// The method it belongs to; nil for any.
    var method: String?
    /// A part of the node's text; nil for any.
    var text: String?
    /// Only in this mode; nil for both.
    var maintenance: Bool?
    /// Instead of the code that the status implies.
    var code: Fault.Code?
    let what: String
    let next: String

    func matches(_ status: GRPCStatus, _ method: TalosMethod, isMaintenance: Bool) -> Bool {
        self.status == status.code && (self.method ?? method.name) == method.name
            && (maintenance ?? isMaintenance) == isMaintenance
            && (text.map { status.message.contains($0) } ?? true)
    }

    static let all = [
        TalosHint(
            status: .alreadyExists, method: "Bootstrap", what: "etcd has data on this node already",
            next:
                "if etcd runs here, it has been bootstrapped; if it never becomes healthy, the data belong to an older "
                + "cluster: reset the EPHEMERAL partition"),
        TalosHint(
            status: .failedPrecondition, method: "Bootstrap", text: "time is not in sync",
            what: "the node's clock is not in sync yet", next: "check that it reaches its time servers"),
        TalosHint(
            status: .failedPrecondition, method: "Bootstrap", what: "the node cannot bootstrap etcd yet",
            next: "wait until its service cri is healthy"),
        TalosHint(
            status: .unimplemented, method: "Bootstrap", text: "control plane", code: .refused,
            what: "only a control plane node can bootstrap etcd", next: "choose a control plane node"),
        TalosHint(
            status: .failedPrecondition, method: "ApplyConfiguration", text: "already in progress", code: .conflict,
            what: "the node is taking another machine config", next: "wait and look again"),
        TalosHint(
            status: .invalidArgument, method: "ApplyConfiguration", code: .refused,
            what: "the node does not accept the machine config", next: "correct the config and apply it again"),
        TalosHint(
            status: .permissionDenied, text: "no request forwarding",
            what: "a worker forwards no requests", next: "use a control plane node as the endpoint"),
        TalosHint(
            status: .permissionDenied, text: "is not supported",
            what: "the node does not know this type of resource", next: "check the node's Talos version"),
        TalosHint(
            status: .permissionDenied, maintenance: true, code: .refused,
            what: "the node is in maintenance mode, which does not allow this call",
            next: "apply a machine config first"),
        TalosHint(
            status: .unimplemented, text: "maintenance mode", code: .refused,
            what: "the node is in maintenance mode, which does not have this call", next: "apply a machine config first"
        ),
        TalosHint(
            status: .permissionDenied, what: "the client certificate does not allow this call",
            next: "use a certificate with the role os:admin"),
        TalosHint(
            status: .unimplemented, what: "the node does not have this call", next: "check the node's Talos version"),
    ]
}
