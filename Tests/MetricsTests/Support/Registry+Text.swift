@testable import Metrics

extension Registry {
    /// The rendered body as text.
    var text: String { String(decoding: self.render(), as: UTF8.self) }

    /// The rendered lines that belong to one family, comments included.
    func lines(of family: String) -> [String] {
        self.text.split(separator: "\n").map(String.init).filter { line in
            line.hasPrefix("# HELP \(family) ") || line.hasPrefix("# TYPE \(family) ") || line.hasPrefix("\(family){")
                || line.hasPrefix("\(family) ") || line.hasPrefix("\(family)_")
        }
    }
}

extension OutputBuffer {
    var text: String { self.withBytes { String(decoding: [UInt8](copying: $0), as: UTF8.self) } }
}
