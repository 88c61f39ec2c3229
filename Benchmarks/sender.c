// sender: a WebSocket server on loopback whose update numbers rise without end, in blocks or on a fixed schedule.
//   sender PORT FRAMES [-b FRAMES_A_WRITE] [-p FRAMES_A_BURST] [-r FRAMES_A_SECOND [-s] [-u]] [-C cert.pem -K key.pem]
//          [-t IDLE_SECONDS]
// It takes one connection, answers its handshake, sends Binance book tickers as text frames, then a close frame, and
// prints a JSON line. With -r frame i is due at the first one's instant plus i / rate, however late the ones before it
// were, and a write has what is due by then, at most -b frames (1). -u makes the update number the instant when the frame
// was due, CLOCK_MONOTONIC in nanoseconds, plus 10^16. It sleeps until a frame is due, or with -s it spins. -p pauses for
// 30 ms behind each so many frames. Nobody connects for IDLE_SECONDS (60), or the peer takes nothing for 30: it gives up.
// Prices are about those of BTCUSDT in `exchange-sim`: else one of two venues would have outliers, which give no spread.
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { KINDS = 1000, FRAME = 200, PAUSE_US = 30000 };
#define STAMPED UINT64_C(10000000000000000)
#define COUNTED UINT64_C(80000000000)

struct options {
    int port, block, idle, spins, is_stamped;
    long frames, burst;
    double rate;
    const char *certificate, *key;
};

static int peer = -1;
static SSL *tls;
static char frames[KINDS * FRAME];
static size_t begins[KINDS + 1], number_at[KINDS];

static uint64_t monotonic(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static ssize_t take(char *bytes, size_t count) {
    return tls ? SSL_read(tls, bytes, (int)count) : read(peer, bytes, count);
}

static int give(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t given = tls ? SSL_write(tls, bytes, (int)count) : write(peer, bytes, count);
        if (given <= 0) return -1;
        bytes += given;
        count -= (size_t)given;
    }
    return 0;
}

// The frames of one round, each with another price; their update numbers are written over before each is sent.
static void prepare(uint64_t number) {
    size_t end = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        char text[FRAME];
        int price = 67825 + kind % 50, cents = kind % 100;
        int length = snprintf(text, sizeof text,
                              "{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":%llu,\"s\":\"BTCUSDT\","
                              "\"b\":\"%d.%02d000000\",\"B\":\"31.21000000\",\"a\":\"%d.%02d000000\",\"A\":\"40.66000000\"}}",
                              (unsigned long long)number, price, cents, price + 1, cents);
        begins[kind] = end;
        frames[end++] = (char)0x81;
        frames[end++] = 126;
        frames[end++] = (char)(length >> 8);
        frames[end++] = (char)length;
        memcpy(frames + end, text, (size_t)length);
        number_at[kind] = end + (size_t)(strstr(text, "\"u\":") - text) + 4;
        end += (size_t)length;
    }
    begins[KINDS] = end;
}

// All numbers of a run have as many digits as the first.
static void renumber(int kind, uint64_t number, int digits) {
    char *last = frames + number_at[kind] + digits - 1;
    for (int digit = 0; digit < digits; digit++, number /= 10) *last-- = (char)('0' + number % 10);
}

// Nanoseconds from the first frame to this one.
static uint64_t due(const struct options *options, long frame) {
    return options->rate > 0 ? (uint64_t)((double)frame * 1e9 / options->rate) : 0;
}

// Waits until the frame is due, and gives how many are by then.
static long await(const struct options *options, uint64_t begun, long frame) {
    if (options->rate <= 0) return KINDS;
    uint64_t instant = begun + due(options, frame);
    struct timespec until = {(time_t)(instant / 1000000000u), (long)(instant % 1000000000u)};
    if (options->spins) while (monotonic() < instant) {}
    else if (monotonic() < instant) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    return (long)((double)(monotonic() - begun) / 1e9 * options->rate) + 1 - frame;
}

static int send_all(const struct options *options, long *sent, double *late) {
    int digits = options->is_stamped ? 17 : 11;
    uint64_t begun = monotonic();
    for (*sent = 0; *sent < options->frames;) {
        int kind = (int)(*sent % KINDS);
        long count = await(options, begun, *sent);
        if (count < 1) count = 1;
        if (count > options->block) count = options->block;
        if (count > KINDS - kind) count = KINDS - kind;
        if (count > options->frames - *sent) count = options->frames - *sent;
        uint64_t now = monotonic() - begun;
        for (int next = 0; next < count; next++) {
            uint64_t instant = due(options, *sent + next);
            renumber(kind + next, options->is_stamped ? STAMPED + begun + instant : COUNTED + (uint64_t)(*sent + next), digits);
            if (options->rate > 0) *late += (double)(now - instant);
        }
        if (give(frames + begins[kind], begins[kind + count] - begins[kind])) return -1;
        *sent += count;
        if (options->burst > 0 && *sent % options->burst < count) usleep(PAUSE_US);
    }
    return give("\x88\x02\x03\xe8", 4);
}

static int agree(void) {
    char request[8192];
    size_t held = 0;
    request[0] = 0;
    while (held < sizeof request - 1 && !strstr(request, "\r\n\r\n")) {
        ssize_t count = take(request + held, sizeof request - 1 - held);
        if (count <= 0) return -1;
        held += (size_t)count;
        request[held] = 0;
    }
    char *key = strcasestr(request, "Sec-WebSocket-Key:");
    if (!key) return -1;
    key += strlen("Sec-WebSocket-Key:");
    key += strspn(key, " ");
    char text[128], accept[64], answer[256];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", (int)strcspn(key, "\r\n "), key);
    if (EVP_Digest(text, strlen(text), digest, &length, EVP_sha1(), NULL) != 1) return -1;
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)length);
    int count = snprintf(answer, sizeof answer,
                         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    return give(answer, (size_t)count);
}

// A connection whose handshake is done; others are let go and the next one is waited for.
static int connection(const struct options *options) {
    SSL_CTX *context = NULL;
    if (options->certificate) {
        context = SSL_CTX_new(TLS_server_method());
        if (SSL_CTX_use_certificate_file(context, options->certificate, SSL_FILETYPE_PEM) != 1 ||
            SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) != 1) return -1;
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {30, 0};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 8)) return -1;
    for (;;) {
        struct pollfd waiting = {listener, POLLIN, 0};
        if (poll(&waiting, 1, options->idle * 1000) <= 0) return -1;
        peer = accept(listener, NULL, NULL);
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (context) {
            tls = SSL_new(context);
            SSL_set_fd(tls, peer);
        }
        if ((!tls || SSL_accept(tls) == 1) && agree() == 0) return close(listener);
        SSL_free(tls);
        tls = NULL;
        close(peer);
    }
}

static int parse(int count, char **arguments, struct options *options) {
    if (count < 3) return -1;
    options->port = atoi(arguments[1]);
    options->frames = atol(arguments[2]);
    optind = 3;
    for (int option; (option = getopt(count, arguments, "b:p:r:suC:K:t:")) != -1;) switch (option) {
        case 'b': options->block = atoi(optarg); break;
        case 'p': options->burst = atol(optarg); break;
        case 'r': options->rate = atof(optarg); break;
        case 's': options->spins = 1; break;
        case 'u': options->is_stamped = 1; break;
        case 'C': options->certificate = optarg; break;
        case 'K': options->key = optarg; break;
        case 't': options->idle = atoi(optarg); break;
        default: return -1;
    }
    if (options->is_stamped && options->rate <= 0) return -1;
    return options->block >= 1 && options->block <= KINDS && options->frames >= 1 ? 0 : -1;
}

int main(int count, char **arguments) {
    struct options options = {.block = 1, .idle = 60};
    if (parse(count, arguments, &options)) {
        fprintf(stderr, "usage: sender PORT FRAMES [-b FRAMES_A_WRITE] [-p FRAMES_A_BURST] "
                        "[-r FRAMES_A_SECOND [-s] [-u]] [-C CERTIFICATE -K KEY] [-t IDLE_SECONDS]\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1);
    prepare(options.is_stamped ? STAMPED : COUNTED);
    if (connection(&options)) return 1;
    // Time for the peer to get ready, and to ask for what it wants: it gets all the same.
    usleep(50000);
    long sent;
    double late = 0, begun = (double)monotonic() / 1e9, cpu = cpu_seconds();
    int failed = send_all(&options, &sent, &late);
    double wall = (double)monotonic() / 1e9 - begun;
    printf("{\"name\":\"sender\",\"frames\":%ld,\"wall_s\":%.4f,\"cpu_s\":%.4f,\"per_s\":%.0f,\"late_us\":%.2f}\n", sent, wall,
           cpu_seconds() - cpu, (double)sent / wall, late / (double)sent / 1e3);
    fflush(stdout);
    char rest[4096];
    while (take(rest, sizeof rest) > 0) {}
    return failed ? 1 : 0;
}
