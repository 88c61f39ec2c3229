/// A change of state, for the log: few, and never with an address or a secret.
public enum AlertEvent: Equatable, Sendable {
    /// A notification was made: so many pairs began to fire, so many ended, and for so many the rule holds now.
    case changed(alert: String, fired: Int, resolved: Int, firing: Int)
    /// The first failure since a receiver last acknowledged something; `status` is the HTTP status, if there was one.
    case receiverFailing(receiver: String, reason: String, status: Int?)
    /// It acknowledges again.
    case receiverRecovered(receiver: String)
}
