import Synchronization

/// Bearer tokens that registries gave, one for each endpoint and repository.
final class TokenCache: Sendable {
    private struct Key: Hashable {
        let endpoint: String
        let repository: String
    }

    private struct Token {
        let header: String
        let expires: ContinuousClock.Instant
    }

    private let tokens = Mutex<[Key: Token]>([:])

    func header(_ endpoint: String, _ repository: String) -> String? {
        tokens.withLock { tokens in
            guard let token = tokens[Key(endpoint: endpoint, repository: repository)], token.expires > .now else {
                return nil
            }
            return token.header
        }
    }

    func store(_ header: String, for lifetime: Duration, _ endpoint: String, _ repository: String) {
        tokens.withLock { tokens in
            // A registry has few repositories; a client that asked a thousand begins anew.
            if tokens.count >= 1024 { tokens = [:] }
            tokens[Key(endpoint: endpoint, repository: repository)] = Token(
                header: header, expires: .now + lifetime)
        }
    }

    func forget(_ endpoint: String, _ repository: String) {
        tokens.withLock { $0[Key(endpoint: endpoint, repository: repository)] = nil }
    }
}
