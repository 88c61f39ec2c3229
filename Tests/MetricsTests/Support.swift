import Metrics

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
