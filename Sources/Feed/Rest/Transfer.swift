import CCurl
import Core
import Venues

/// One request under way: its easy handle, and what came so far. Made and used by the REST thread only.
// The handle and the list are freed with the object, and curl knows both only while the thread holds it.
@safe final class Transfer {
    let errand: RestErrand
    let easy: UnsafeMutableRawPointer
    private let startedAt: MonotonicInstant
    private let limit: Int
    /// curl reads it during the transfer and leaves freeing it to us.
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// What the final head said under names that begin with `x-`: a few lines at most.
    private var limitHeaders: [RestHeader] = []
    private static let mostHeaders = 32
    /// The head of the final response is here; known only where that is all that is wanted.
    private var hasHead = false

    /// - Returns: `nil` when curl has no memory for it or refuses an option.
    init?(_ errand: RestErrand, settings: RestSettings, startedAt: MonotonicInstant) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        self.errand = errand
        unsafe self.easy = easy
        self.startedAt = startedAt
        self.limit = settings.maxBodyBytes
        unsafe self.headers = nil
        guard self.configure(settings) else { return nil }  // `deinit` frees the handle.
    }

    deinit {
        unsafe curl_easy_cleanup(self.easy)  // First: it still knows the list.
        unsafe curl_slist_free_all(self.headers)
    }

    /// All that is wanted is here, and the request is with the receiver whole: the transfer need not go on.
    var isAnswered: Bool {
        guard self.hasHead, case .post(let body) = self.errand.request.method else { return self.hasHead }
        var sent: curl_off_t = 0
        unsafe arb1d_easy_get_offset(self.easy, CURLINFO_SIZE_UPLOAD_T, &sent)
        return Int(sent) >= body.count
    }

    /// The outcome, once curl says that the transfer is done or it is answered; how the body ended does not matter to
    /// who does not want it.
    func result(_ code: CURLcode, clock: ReceiveClock) -> Result<RestResponse, RestError> {
        guard !self.isTooLarge else { return .failure(.tooLarge) }
        guard code == CURLE_OK || self.hasHead else { return .failure(RestError(code)) }
        var status = 0
        var retryAfter: curl_off_t = 0
        unsafe arb1d_easy_get_long(self.easy, CURLINFO_RESPONSE_CODE, &status)
        unsafe arb1d_easy_get_offset(self.easy, CURLINFO_RETRY_AFTER, &retryAfter)
        return .success(
            RestResponse(
                status: status,
                body: self.body,
                startedAt: clock.timestamp(of: self.startedAt),
                duration: clock.monotonic.since(self.startedAt),
                headers: self.limitHeaders,
                retryAfter: retryAfter > 0 ? .seconds(Int64(retryAfter)) : nil
            )
        )
    }

    private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard self.errand.request.wantsBody else { return true }
        guard self.body.count + bytes.count <= self.limit else {
            self.isTooLarge = true
            return false
        }
        unsafe self.body.append(contentsOf: bytes)
        return true
    }

    /// Takes a line of a head; the empty one ends it, and only a final response's, no 1xx, is an answer.
    private func takeHead(_ line: UnsafeRawBufferPointer) {
        guard let first = unsafe line.first, first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n") else {
            return unsafe self.takeHeader(line)
        }
        guard !self.errand.request.wantsBody else { return }
        var status = 0
        unsafe arb1d_easy_get_long(self.easy, CURLINFO_RESPONSE_CODE, &status)
        if status >= 200 { self.hasHead = true }
    }

    /// Keeps a header whose name begins with `x-`, if it is short and among the first.
    private func takeHeader(_ line: UnsafeRawBufferPointer) {
        guard line.count > 3, line.count < 200, unsafe line[0] | 0x20 == UInt8(ascii: "x"),
            unsafe line[1] == UInt8(ascii: "-"), let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")),
            self.limitHeaders.count < Self.mostHeaders
        else { return }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        var value = unsafe Array(line[(colon + 1)...])
        value.removeAll(where: blanks.contains)
        self.limitHeaders.append(
            unsafe RestHeader(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        )
    }

    private func configure(_ settings: RestSettings) -> Bool {
        let request = self.errand.request
        let timeout = request.totalTimeout ?? settings.totalTimeout
        var codes = [
            self.set(CURLOPT_NOSIGNAL, 1),
            self.set(CURLOPT_FOLLOWLOCATION, 0),
            self.set(CURLOPT_SSL_VERIFYPEER, 1),
            self.set(CURLOPT_SSL_VERIFYHOST, 2),
            self.set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(settings.connectTimeout)),
            self.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(timeout)),
            self.set(CURLOPT_URL, request.url),
            self.set(CURLOPT_PROTOCOLS_STR, "http,https"),
            self.set(CURLOPT_USERAGENT, settings.userAgent),
            // What the environment says about proxies is not our configuration, and the streams could not follow it.
            self.set(CURLOPT_PROXY, ""),
        ]
        unsafe arb1d_easy_leave_resolver(self.easy)
        if let caFile = request.caFile ?? settings.caFile { codes.append(self.set(CURLOPT_CAINFO, caFile)) }
        if case .post(let body) = request.method {
            let code = unsafe body.withUnsafeBytes { bytes in
                unsafe arb1d_easy_set_body(self.easy, bytes.baseAddress, bytes.count)
            }
            codes.append(code)
        }
        guard self.list(request) else { return false }
        codes.append(unsafe arb1d_easy_set_headers(self.easy, self.headers))
        codes += self.listen(request)
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    /// Says what of the response comes to us.
    private func listen(_ request: RestRequest) -> [CURLcode] {
        // The REST thread holds the transfer for as long as curl may call.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let sink: arb1d_curl_sink = { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            return unsafe transfer.append(chunk) ? chunk.count : 0
        }
        let code = unsafe arb1d_easy_set_sink(self.easy, sink, context)
        let headSink: arb1d_curl_sink = { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            unsafe transfer.takeHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        let headCode = unsafe arb1d_easy_set_head_sink(self.easy, headSink, context)
        guard !request.wantsBody else {
            let limit = unsafe arb1d_easy_set_offset(self.easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(self.limit))
            return [code, headCode, limit, self.set(CURLOPT_ACCEPT_ENCODING, "gzip")]
        }
        // No limit, which would refuse a body for the length that it announces, and nothing to unpack.
        return [code, headCode]
    }

    /// Makes the list of header lines; `false` without memory for it.
    private func list(_ request: RestRequest) -> Bool {
        // Without this curl asks before it sends a large body, and waits a second for servers that do not know that.
        var lines = ["Expect:"]
        for (name, value) in request.headers {
            let line = name + ": " + value
            precondition(line.utf8.allSatisfy { $0 >= 0x20 }, "the header \(name) breaks its line")
            lines.append(line)
        }
        for line in lines {
            guard let longer = unsafe curl_slist_append(self.headers, line) else { return false }
            unsafe self.headers = longer
        }
        return true
    }

    /// At least 1: curl takes 0 for no limit at all.
    private static func milliseconds(_ duration: Duration) -> Int {
        max(1, Int(duration.wholeNanoseconds / 1_000_000))
    }

    private func set(_ option: CURLoption, _ value: Int) -> CURLcode {
        unsafe arb1d_easy_set_long(self.easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) -> CURLcode {
        unsafe arb1d_easy_set_string(self.easy, option, value)
    }
}
