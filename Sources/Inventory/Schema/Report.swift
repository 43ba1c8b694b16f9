import Core
import YAML

/// The faults found so far in one file.
struct Report {
    let file: String
    private var entries: [(mark: Mark, fault: Fault)] = []

    init(file: String) {
        self.file = file
    }

    var isEmpty: Bool { entries.isEmpty }

    /// All faults in the order of their places.
    var faults: Faults {
        let sorted = entries.enumerated().sorted { left, right in
            let (first, second) = (left.element.mark, right.element.mark)
            return (first.line, first.column, left.offset) < (second.line, second.column, right.offset)
        }
        return Faults(sorted.map(\.element.fault))
    }

    mutating func add(_ mark: Mark, _ what: String, why: String? = nil, next: String? = nil) {
        add(mark, Fault(.usage, what, why: why, next: next))
    }

    /// Adds a fault of another room, which may know its place; without any it comes from the command line.
    mutating func add(_ mark: Mark?, _ fault: Fault) {
        var fault = fault
        fault.location = fault.location ?? mark?.location(in: file)
        entries.append((mark ?? .none, fault))
    }
}
