import Testing

@testable import Metrics

@Suite("Content negotiation")
struct NegotiationTests {
    private static let protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

    @Test(
        "the best supported choice is taken, and text 0.0.4 when there is none",
        arguments: [
            (nil, .text), ("", .text), ("*/*", .text), ("text/plain", .text), ("text/*", .text),
            ("application/json", .text), ("image/png, text/html;q=0.3", .text), (";;;,,,=", .text),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
            ("Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.5 , text/plain;q=0.4", .openMetrics),
            ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", .text),
            ("application/openmetrics-text;version=0.0.1", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=nonsense", .text),
            ("application/openmetrics-text;q=-1", .text),
            ("application/openmetrics-text;q=0.2,text/plain;version=0.0.4;q=0.3", .text),
            ("text/plain;version=1.0.0,application/openmetrics-text;q=0.1", .openMetrics),
            ("text/plain,application/openmetrics-text", .text),
            ("application/openmetrics-text,text/plain", .openMetrics),
            (protobuf, .protobuf), (protobuf + ";q=0.9,text/plain;q=0.8", .protobuf),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", .text),
            ("application/vnd.google.protobuf", .text),
            // Prometheus 2.42, without and with native histograms.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
            ),
            (
                protobuf + ",application/openmetrics-text;version=1.0.0;q=0.8,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .protobuf
            ),
            // Prometheus 3.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics
            ),
        ] as [(String?, ExpositionFormat)]
    )
    func format(accept: String?, format: ExpositionFormat) { #expect(ExpositionFormat(accept: accept) == format) }

    @Test("a choice is read with its parameters, in lower case")
    func choices() {
        let choices = HeaderChoice.list(" GZip ;q=0.5, identity; Q=2 ,, br;q=x;a")
        #expect(choices.map(\.value) == ["gzip", "identity", "br"])
        #expect(choices.map(\.quality) == [0.5, 1, 0])
    }
}
