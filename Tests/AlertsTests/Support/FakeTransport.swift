import Alerts
import Synchronization

/// A network that answers as the test says, without any.
final class FakeTransport: WebhookTransport {
    typealias Completion = @Sendable (WebhookAnswer) -> Void

    private struct State {
        var requests: [WebhookRequest] = []
        /// What the next requests get; `nil` is no answer until the test gives one.
        var script: [WebhookAnswer?]
        /// What all later ones get.
        var rest: WebhookAnswer?
        var open: [Completion] = []
    }

    private let state: Mutex<State>

    init(_ script: WebhookAnswer?..., then rest: WebhookAnswer? = .status(200)) {
        self.state = Mutex(State(script: script, rest: rest))
    }

    var requests: [WebhookRequest] { self.state.withLock { $0.requests } }

    func post(_ request: WebhookRequest, completion: @escaping Completion) {
        let answer = self.state.withLock { state in
            state.requests.append(request)
            let answer = state.script.isEmpty ? state.rest : state.script.removeFirst()
            if answer == nil { state.open.append(completion) }
            return answer
        }
        if let answer { completion(answer) }
    }

    /// From now on requests that come get this.
    func answer(_ rest: WebhookAnswer?) { self.state.withLock { $0.rest = rest } }

    /// Answers the oldest request that got none.
    func complete(_ answer: WebhookAnswer) {
        let completion = self.state.withLock { $0.open.isEmpty ? nil : $0.open.removeFirst() }
        completion?(answer)
    }
}
