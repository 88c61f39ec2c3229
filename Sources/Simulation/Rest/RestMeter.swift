/// A venue's limit on REST requests, over a window that starts anew every so often.
struct RestMeter: Sendable {
    enum Style: Sendable {
        /// Weights per minute, told in a header; beyond: 429 with `Retry-After`.
        case binance(weightPerMinute: Int)
        /// Requests in 5 s; beyond: 403.
        case bybit(requests: Int)
        /// Requests in 10 s (the venue counts per endpoint; one count for all of them is enough here); beyond: 429.
        case gate(requests: Int)
    }

    let style: Style
    private var used = 0
    private var window: Int64 = -1

    init(style: Style) { self.style = style }

    private var windowSeconds: Int64 {
        switch self.style {
        case .binance: 60
        case .bybit: 5
        case .gate: 10
        }
    }

    /// Counts the request and adds the venue's headers; the refusal when it was one too many.
    mutating func count(_ response: inout RestResponse, at now: Moment) -> RestResponse? {
        let window = now.nanoseconds / 1_000_000_000 / self.windowSeconds
        if window != self.window { (self.window, self.used) = (window, 0) }
        let resetSeconds = (window + 1) * self.windowSeconds - now.nanoseconds / 1_000_000_000
        var text = FrameText()
        switch self.style {
        case .binance(let limit):
            self.used += response.weight
            let used = (name: "X-MBX-USED-WEIGHT-1M", value: String(self.used))
            response.headers.append(used)
            guard self.used > limit else { return nil }
            text.raw(
                "{\"code\":-1003,\"msg\":\"Too much request weight used; current limit is \(limit) request weight "
            )
            text.raw("per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.\"}")
            var refusal = RestResponse(status: 429, text)
            refusal.headers = [used, (name: "Retry-After", value: String(resetSeconds))]
            return refusal
        case .bybit(let limit):
            self.used += 1
            guard self.used > limit else { return nil }
            text.raw("{\"retCode\":10006,\"retMsg\":\"access too frequent\",\"result\":{},\"retExtInfo\":{},\"time\":")
            text.integer(now.unixMilliseconds)
            text.raw("}")
            return RestResponse(status: 403, text)
        case .gate(let limit):
            self.used += 1
            let headers = [
                (name: "X-Gate-RateLimit-Requests-Remain", value: String(max(0, limit - self.used))),
                (name: "X-Gate-RateLimit-Limit", value: String(limit)),
                (name: "X-Gate-RateLimit-Reset-Timestamp", value: String(now.unixSeconds + resetSeconds)),
            ]
            response.headers += headers
            guard self.used > limit else { return nil }
            text.raw("{\"label\":\"TOO_MANY_REQUESTS\",\"message\":\"Request Rate limit Exceeded (\(limit))\"}")
            var refusal = RestResponse(status: 429, text)
            refusal.headers = headers
            return refusal
        }
    }
}
