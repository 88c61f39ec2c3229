import Foundation
import TestSupport

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A small HTTP client for loopback.
enum HTTP {
    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 5
        return URLSession(configuration: configuration)
    }()

    static func get(_ url: String) async throws -> (status: Int, body: String) {
        try await self.send(url, method: "GET")
    }

    static func send(
        _ url: String,
        method: String,
        headers: [String: String] = [:]
    ) async throws -> (status: Int, body: String) {
        guard let address = URL(string: url) else { throw NeverHappened(description: "no URL: \(url)") }
        var request = URLRequest(url: address)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await self.session.data(for: request)
        guard let answer = response as? HTTPURLResponse else { throw NeverHappened(description: "no HTTP: \(url)") }
        return (answer.statusCode, String(decoding: data, as: UTF8.self))
    }

    /// The answer as a JSON object.
    static func object(_ url: String) async throws -> [String: Any] {
        let (status, body) = try await self.get(url)
        let json = try JSONSerialization.jsonObject(with: Data(body.utf8))
        guard status == 200, let object = json as? [String: Any] else {
            throw NeverHappened(description: "\(url) answered \(status): \(body.prefix(200))")
        }
        return object
    }
}
