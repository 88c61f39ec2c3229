import CCurl
import Core

/// One request under way: its easy handle, and what came so far. Made and used by the REST thread only.
// The handle is freed with the object, and curl knows both only while the thread holds it.
@safe final class Transfer {
    let request: RestRequest
    let easy: UnsafeMutableRawPointer
    private let startedAt: MonotonicInstant
    private let limit: Int
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// - Returns: `nil` when curl has no memory for it or refuses an option.
    init?(_ request: RestRequest, settings: RestSettings, startedAt: MonotonicInstant) {
        guard let easy = unsafe curl_easy_init() else { return nil }
        self.request = request
        unsafe self.easy = easy
        self.startedAt = startedAt
        self.limit = settings.maxBodyBytes
        guard self.configure(settings) else { return nil }  // `deinit` frees the handle.
    }

    deinit { unsafe curl_easy_cleanup(self.easy) }

    /// The outcome, once curl says that the transfer is done.
    func result(_ code: CURLcode, clock: ReceiveClock) -> Result<RestResponse, RestError> {
        guard !self.isTooLarge else { return .failure(.tooLarge) }
        guard code == CURLE_OK else { return .failure(RestError(code)) }
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
                retryAfter: retryAfter > 0 ? .seconds(Int64(retryAfter)) : nil
            )
        )
    }

    private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard self.body.count + bytes.count <= self.limit else {
            self.isTooLarge = true
            return false
        }
        unsafe self.body.append(contentsOf: bytes)
        return true
    }

    private func configure(_ settings: RestSettings) -> Bool {
        var codes = [
            self.set(CURLOPT_NOSIGNAL, 1),
            self.set(CURLOPT_FOLLOWLOCATION, 0),
            self.set(CURLOPT_SSL_VERIFYPEER, 1),
            self.set(CURLOPT_SSL_VERIFYHOST, 2),
            self.set(CURLOPT_CONNECTTIMEOUT_MS, Int(settings.connectTimeout.wholeNanoseconds / 1_000_000)),
            self.set(CURLOPT_TIMEOUT_MS, Int(settings.totalTimeout.wholeNanoseconds / 1_000_000)),
            unsafe arb1d_easy_set_offset(self.easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(self.limit)),
            self.set(CURLOPT_URL, self.request.url),
            self.set(CURLOPT_PROTOCOLS_STR, "http,https"),
            self.set(CURLOPT_ACCEPT_ENCODING, "gzip"),
            self.set(CURLOPT_USERAGENT, settings.userAgent),
            // What the environment says about proxies is not our configuration, and the streams could not follow it.
            self.set(CURLOPT_PROXY, ""),
        ]
        if let caFile = settings.caFile { codes.append(self.set(CURLOPT_CAINFO, caFile)) }
        // The REST thread holds the transfer for as long as curl may call.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let sink: arb1d_curl_sink = { bytes, size, count, context in
            guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
            let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let chunk = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
            return unsafe transfer.append(chunk) ? chunk.count : 0
        }
        codes.append(unsafe arb1d_easy_set_sink(self.easy, sink, context))
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    private func set(_ option: CURLoption, _ value: Int) -> CURLcode {
        unsafe arb1d_easy_set_long(self.easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) -> CURLcode {
        unsafe arb1d_easy_set_string(self.easy, option, value)
    }
}
