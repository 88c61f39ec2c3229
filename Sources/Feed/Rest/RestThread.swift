import CCurl
import Glibc

/// The loop of the REST thread: it alone touches the multi handle (but for waking it) and the transfers.
// The handles never leave the thread.
@safe final class RestThread {
    private let mailbox: RestMailbox
    private let settings: RestSettings
    private let clock: ReceiveClock
    private let multi: UnsafeMutableRawPointer
    /// By the address of their easy handle.
    private var transfers: [UInt: Transfer] = [:]

    private init(_ mailbox: RestMailbox, settings: RestSettings, clock: ReceiveClock, multi: UnsafeMutableRawPointer) {
        (self.mailbox, self.settings, self.clock) = (mailbox, settings, clock)
        unsafe self.multi = multi
    }

    /// Starts the thread, which ends when the mailbox is closed.
    static func start(_ mailbox: RestMailbox, settings: RestSettings, clock: ReceiveClock) {
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("curl has no memory for a multi handle") }
        unsafe arb1d_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 16)
        unsafe mailbox.open(multi)
        let loop = unsafe RestThread(mailbox, settings: settings, clock: clock, multi: multi)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<RestThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            unsafe Unmanaged.passRetained(loop).toOpaque()
        )
        precondition(code == 0, "the REST thread cannot be started")
        pthread_detach(thread)
    }

    private func run() {
        while let mail = self.mailbox.take() {
            for errand in mail.errands { self.begin(errand) }
            for id in mail.cancelled { self.cancel(id) }
            var running: CInt = 0
            unsafe curl_multi_perform(self.multi, &running)
            self.collect()
            // Sleeps until a socket, curl's own timers or a wake-up; the limit only guards against a lost one.
            unsafe curl_multi_poll(self.multi, nil, 0, 10_000, nil)
        }
        // All are told before any is removed: a libcurl before 7.87 may wait for a resolver then.
        for transfer in self.transfers.values { transfer.errand.completion(.failure(.shutDown)) }
        self.mailbox.end()
        for transfer in self.transfers.values { unsafe curl_multi_remove_handle(self.multi, transfer.easy) }
        self.transfers.removeAll()
        unsafe curl_multi_cleanup(self.multi)
    }

    private func begin(_ errand: RestErrand) {
        guard let transfer = Transfer(errand, settings: self.settings, startedAt: self.clock.monotonic) else {
            return errand.completion(.failure(.other(Int(CURLE_FAILED_INIT.rawValue))))
        }
        unsafe self.transfers[UInt(bitPattern: transfer.easy)] = transfer
        let code = unsafe curl_multi_add_handle(self.multi, transfer.easy)
        if code != CURLM_OK { self.finish(transfer, .failure(.other(Int(code.rawValue)))) }
    }

    private func cancel(_ id: UInt64) {
        for transfer in self.transfers.values where transfer.errand.id == id {
            return self.finish(transfer, .failure(.cancelled))
        }
    }

    private func collect() {
        var left: CInt = 0
        while let message = unsafe curl_multi_info_read(self.multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle,
                let transfer = self.transfers[UInt(bitPattern: handle)]
            else { continue }
            // Read before the handle is removed: the message is gone then.
            let code = unsafe arb1d_message_result(message)
            self.finish(transfer, transfer.result(code, clock: self.clock))
        }
        // After the messages: a short body that came with the head has ended the transfer by itself, and left a
        // connection to use again. Where more is to come, removing the transfer closes the connection.
        for transfer in self.transfers.values where transfer.isAnswered {
            self.finish(transfer, transfer.result(CURLE_OK, clock: self.clock))
        }
    }

    private func finish(_ transfer: Transfer, _ result: Result<RestResponse, RestError>) {
        unsafe self.transfers[UInt(bitPattern: transfer.easy)] = nil
        unsafe curl_multi_remove_handle(self.multi, transfer.easy)
        transfer.errand.completion(result)
    }
}
