/// What a venue answers to plain requests.
extension Exchange {
    mutating func respond(to request: RestRequest, at now: Moment) -> RestResponse {
        if self.dialect.opening(path: request.path, query: "") != nil {
            return RestResponse(status: 426, body: "{\"code\":426,\"msg\":\"a WebSocket, when it is admitted\"}")
        }
        self.takePlayedQuotes()
        let book = RestBook(listings: self.listings, standing: self.standing)
        var response = self.dialect.respond(to: request, from: book, at: now)
        if response.status == 404 { self.account.broke(.unknownRoute, evidence: "\(request.method) \(request.path)") }
        self.account.requested(route: response.status == 404 ? "other" : request.path)
        if let refusal = self.restMeter.count(&response, at: now) {
            self.account.broke(.restRate, evidence: request.path)
            return refusal
        }
        return response
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
