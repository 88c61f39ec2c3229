import Glibc
import HTTPTypes
import NIOCore

/// Builds the head of an answer, with the headers that all answers have.
enum ResponseHead {
    static func make(_ response: EndpointResponse, secondsSince1970 seconds: Int) -> HTTPResponse {
        var fields = HTTPFields()
        fields[.contentType] = response.contentType
        fields[.contentLength] = "\(response.body.readableBytes)"
        fields[.date] = HTTPDate.text(secondsSince1970: seconds)
        // All that we serve is of this moment only, and is what it says it is.
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        for (name, value) in response.headers {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\"\(name)\" is not a header name.") }
            fields[name] = value
        }
        return HTTPResponse(status: HTTPResponse.Status(code: response.status), headerFields: fields)
    }
}

/// The wall clock, for the `Date` header and nothing else.
enum WallClock {
    static func seconds() -> Int { time(nil) }
}
