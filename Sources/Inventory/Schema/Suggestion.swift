/// The nearest of some known words to one that is not known; nil when none is near.
func nearest(to word: String, among known: [String]) -> String? {
    let lower = word.lowercased()
    var best: (word: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(Array(lower.utf8), Array(candidate.lowercased().utf8))
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best, best.distance <= max(1, min(lower.utf8.count, best.word.utf8.count) / 3) { return best.word }
    guard lower.utf8.count >= 3 else { return nil }
    let extended = known.filter {
        $0.lowercased().hasPrefix(lower) || lower.hasPrefix($0.lowercased()) && $0.count >= 3
    }
    return extended.count == 1 ? extended[0] : nil
}

/// How many insertions, deletions, replacements and swaps of neighbours make one word of another.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in 1...left.count {
        var current = [row]
        for column in 1...right.count {
            let isEqual = left[row - 1] == right[column - 1]
            var distance = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (isEqual ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                distance = min(distance, beforePrevious[column - 2] + 1)
            }
            current.append(distance)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}

/// `a, b or c`.
func listed(_ words: [String], _ joint: String = "or") -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(joint) " + last
}
