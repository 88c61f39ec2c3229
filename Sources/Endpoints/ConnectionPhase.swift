/// Which of the limits a connection is up against at the moment.
///
/// No deadline is renewed by bytes that trickle in: a client that sends one header an hour ends like a silent one.
struct ConnectionPhase {
    /// What must happen before time is up.
    enum Awaiting: Equatable {
        case firstRequest
        case answer
        case nextRequest
    }

    enum Action: Equatable {
        case wait(Awaiting)
        case close
    }

    private var unanswered = 0
    private var keepsAlive = true
    private var isShuttingDown = false

    /// A request's head came; it may be a pipelined one while others are being answered.
    mutating func requestBegan(keepAlive: Bool) {
        self.unanswered += 1
        self.keepsAlive = self.keepsAlive && keepAlive
    }

    /// A request came in completely: from now on the delay is ours.
    mutating func requestEnded() -> Action { .wait(.answer) }

    /// An answer has been handed to the system to its last byte.
    mutating func answerSent() -> Action {
        self.unanswered = max(0, self.unanswered - 1)
        if self.unanswered > 0 { return .wait(.answer) }
        return self.keepsAlive && !self.isShuttingDown ? .wait(.nextRequest) : .close
    }

    /// The server shuts down; false when there is nothing left to answer.
    mutating func shutdownBegan() -> Bool {
        self.isShuttingDown = true
        return self.unanswered > 0
    }
}
