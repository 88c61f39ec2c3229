/// What a venue answers to plain requests.
extension Exchange {
    /// Nil: nothing, for ever.
    mutating func respond(to request: RestRequest, at now: Moment) -> RestResponse? {
        if self.dialect.opening(path: request.path, query: "") != nil {
            return RestResponse(status: 426, body: "{\"code\":426,\"msg\":\"a WebSocket, when it is admitted\"}")
        }
        guard !self.network.isHalfOpen else { return nil }
        if self.ban.forbids(request.path, at: now) {
            self.account.broke(.bannedRequest, evidence: "\(request.method) \(request.path)")
        }
        self.takePlayedQuotes()
        let book = RestBook(listings: self.listings, standing: self.standing)
        var response = self.dialect.respond(to: request, from: book, at: self.told(now))
        if response.status == 404 { self.account.broke(.unknownRoute, evidence: "\(request.method) \(request.path)") }
        self.account.requested(route: response.status == 404 ? "other" : request.path)
        if let refusal = self.restMeter.count(&response, at: now) {
            self.account.broke(.restRate, evidence: request.path)
            return refusal
        }
        return self.spoiled(response, to: request, at: now)
    }

    /// The answer as a fault leaves it.
    private mutating func spoiled(_ response: RestResponse, to request: RestRequest, at now: Moment) -> RestResponse {
        for index in self.network.faults.indices {
            guard case .rest(let fault) = self.network.faults[index].fault, fault.means(request.path),
                self.network.faults[index].isDue()
            else { continue }
            self.network.faults[index].did(requests: 1)
            var spoiled = response
            self.refuse(with: &spoiled, fault, to: request, at: now)
            switch fault.body {
            case .normal: break
            case .empty: spoiled.body = []
            case .huge: spoiled.blanks = RestFault.hugeBytes
            case .slow: spoiled.bytesPerSecond = RestFault.slowBytesPerSecond
            case .garbage: spoiled.body = Array("<html><body>502 Bad Gateway</body></html>".utf8)
            }
            return spoiled
        }
        return response
    }

    private mutating func refuse(
        with response: inout RestResponse,
        _ fault: RestFault,
        to request: RestRequest,
        at now: Moment
    ) {
        guard let status = fault.status else { return }
        response.status = status
        if status != 200 { response.body = Array("{\"code\":-1003,\"msg\":\"status \(status)\"}".utf8) }
        if let seconds = fault.retryAfterSeconds {
            response.headers.append((name: "Retry-After", value: String(seconds)))
        }
        self.ban.note(status: status, retryAfterSeconds: fault.retryAfterSeconds, path: request.path, at: now)
    }

    /// Frames are played unread; only a list needs to know what they say.
    private mutating func takePlayedQuotes() {
        for (listing, frame) in self.played {
            guard let value = try? JSONParser.parse(Array(frame)), let quote = self.dialect.recorded(value)?.quote
            else {
                continue
            }
            self.standing[listing] = quote
        }
        self.played.removeAll()
    }
}

/// For how long a venue has said that it does not want to be asked.
struct Ban: Sendable {
    /// Requests that crossed with the answer that would have stopped them.
    private static let graceSeconds = 1.0

    /// By path; `nil` stands for all of the venue.
    private var spans: [String?: (from: Moment, until: Moment)] = [:]

    /// 429 is about what was asked, 403 and 418 are about everything.
    mutating func note(status: Int, retryAfterSeconds: Int?, path: String, at now: Moment) {
        guard [403, 418, 429].contains(status), let seconds = retryAfterSeconds else { return }
        let key = status == 429 ? path : nil
        let from = self.spans[key].flatMap { $0.until.nanoseconds > now.nanoseconds ? $0.from : nil } ?? now
        self.spans[key] = (from: from, until: now.advanced(bySeconds: Double(seconds)))
    }

    func forbids(_ path: String, at now: Moment) -> Bool {
        [path, nil].contains { key in
            guard let span = self.spans[key] else { return false }
            return now.nanoseconds < span.until.nanoseconds && now.seconds(since: span.from) > Self.graceSeconds
        }
    }
}
