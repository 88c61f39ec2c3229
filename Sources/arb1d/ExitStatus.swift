/// The process's exit codes, after sysexits(3).
enum ExitStatus {
    static let checkFailed: Int32 = 1
    static let cannotListen: Int32 = 69
    static let internalError: Int32 = 70
    static let drainDeadline: Int32 = 75
    static let configuration: Int32 = 78
}
