import Glibc

/// Where the readers of notifications find this daemon, if nobody says.
public enum ExternalURL {
    /// The address where it listens; if that is all of this machine's addresses, the machine's name in its place.
    public static func listening(on host: String, port: Int, machine: String? = Self.machineName) -> String {
        // 0.0.0.0 and ::, however they are written: with no digit but 0.
        let isWildcard = host.utf8.allSatisfy { "0.:".utf8.contains($0) }
        let name = isWildcard ? machine ?? host : host
        return "http://" + (name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]" : name) + ":\(port)"
    }

    /// The name that this machine has for itself, in a container that of the container.
    public static var machineName: String? {
        // Linux allows 64 bytes. The last one here stays 0, also where a longer name is cut.
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
        let name = String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.isEmpty ? nil : name
    }
}
