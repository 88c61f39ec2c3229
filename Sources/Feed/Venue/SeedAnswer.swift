import Core
import Venues

/// What became of a request for book tickers.
enum SeedAnswer: Sendable {
    case quotes([Quote], askedAt: Timestamp)
    /// In our words, and how long to leave the venue alone; an answer that made no sense is as bad as none.
    case failed(String, patience: Duration, isUnreadable: Bool = false)

    init(_ result: Result<RestResponse, RestError>, catalog: any VenueCatalog, symbols: SymbolTable) {
        switch result {
        case .failure(let error):
            self = .failed(error.label, patience: error.patience)
        case .success(let response) where response.status != 200:
            self = .failed("status \(response.status)", patience: response.patience)
        case .success(let response):
            do throws(CatalogError) {
                let quotes = try catalog.bookTickers(
                    response.body.span,
                    symbols: symbols,
                    requestedAt: response.startedAt
                )
                self = .quotes(quotes, askedAt: response.startedAt)
            } catch {
                self = .failed(venueWords("\(error)"), patience: response.patience, isUnreadable: true)
            }
        }
    }
}
