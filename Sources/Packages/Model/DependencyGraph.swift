/// Which things need which other things: the order they can become ready in, and what stands in the way.
package struct DependencyGraph<Key: Hashable & Comparable & Sendable>: Sendable {
    private let keys: [Key]
    private let dependencies: [Key: [Key]]

    /// - Parameter dependencies: what each key needs; a needed thing that is no key itself is missing.
    package init(_ dependencies: [Key: [Key]]) {
        keys = dependencies.keys.sorted()
        self.dependencies = dependencies
    }

    /// A dependency on something that does not exist.
    package struct Missing: Sendable, Hashable {
        package let key: Key
        package let dependency: Key
    }

    /// Dependencies on things that do not exist, sorted by key, then in the order given.
    package var missing: [Missing] {
        keys.flatMap { key in
            (dependencies[key] ?? []).filter { dependencies[$0] == nil }.map { Missing(key: key, dependency: $0) }
        }
    }

    /// The level of each key: 0 needs nothing, n needs only levels below n. Missing things are left out of account.
    /// Keys in a cycle or behind one have no level.
    package var levels: [Key: Int] {
        var level: [Key: Int] = [:]
        var open: [Key: Int] = [:]
        var dependents: [Key: [Key]] = [:]
        for key in keys {
            let needed = Set(dependencies[key] ?? []).filter { dependencies[$0] != nil }
            open[key] = needed.count
            for need in needed { dependents[need, default: []].append(key) }
        }
        var ready = keys.filter { open[$0] == 0 }
        var current = 0
        while !ready.isEmpty {
            var next: [Key] = []
            for key in ready {
                level[key] = current
                for dependent in dependents[key] ?? [] {
                    open[dependent, default: 0] -= 1
                    if open[dependent] == 0 { next.append(dependent) }
                }
            }
            ready = next
            current += 1
        }
        return level
    }

    /// The keys of each level, sorted.
    package var byLevel: [[Key]] {
        let levels = levels
        var result = [[Key]](repeating: [], count: (levels.values.max() ?? -1) + 1)
        for key in keys {
            if let level = levels[key] { result[level].append(key) }
        }
        return result
    }

    /// One way round each cycle, every cycle starting with its smallest key: `a` needs `b` needs … needs `a`.
    package var cycles: [[Key]] {
        let levelled = levels
        var found: [[Key]] = []
        var settled: Set<Key> = []
        for key in keys where levelled[key] == nil && !settled.contains(key) {
            var path: [Key] = []
            var position: [Key: Int] = [:]
            var step: Key? = key
            while let next = step, !settled.contains(next), position[next] == nil {
                position[next] = path.count
                path.append(next)
                step = dependencies[next]?.first { dependencies[$0] != nil && levelled[$0] == nil }
            }
            if let closing = step, let start = position[closing] { found.append(Self.rotated(Array(path[start...]))) }
            settled.formUnion(path)
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func rotated(_ cycle: [Key]) -> [Key] {
        guard let smallest = cycle.min(), let index = cycle.firstIndex(of: smallest) else { return cycle }
        return Array(cycle[index...] + cycle[..<index])
    }
}
