// bands_bound: the least that the bands of many pairs need, at random places in memory.
//   bands_bound SYMBOLS WARM_UP QUOTES
//   bands_bound --check
// Each symbol has quotes of three venues, so six ordered pairs, and each pair keeps its last 200 spreads twice: as they
// came, and sorted, from which both bands are read by rank after every spread. The quotes are those of FrameMarket: of a
// symbol drawn at random, eight in a row of one venue, the price moved by 1 to 5 cents. One moves the four pairs that its
// venue has a side of. Drawing them is not measured. Prints a JSON line; us_cpu_per_op is of one update.
// --check: after each of many updates both bands are those of a plain sort, or it fails.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace {

constexpr int venues = 3, burst = 8, most = 200;
constexpr int pairs_of_symbol = venues * (venues - 1);
constexpr int upper_percent = 97, lower_percent = 3;

struct Band {
    double upper, lower;
};

// The nearest rank, from 0: the least at which so many per cent of the values are not above it.
int rank(int count, int percent) { return (count * percent + 99) / 100 - 1; }

class Pair {
  public:
    bool is_full() const { return count == most; }

    Band update(double spread) {
        if (is_full()) replace(came[oldest], spread);
        else insert(spread);
        keep(spread);
        return {sorted[rank(count, upper_percent)], sorted[rank(count, lower_percent)]};
    }

    // As `update`, but what was kept must be sorted before the next one.
    void keep(double spread) {
        came[oldest] = spread;
        oldest = oldest + 1 == most ? 0 : oldest + 1;
        count = std::min(count + 1, most);
    }

    void sort() {
        std::copy(came, came + count, sorted);
        std::sort(sorted, sorted + count);
    }

  private:
    double came[most];
    double sorted[most];
    int count = 0, oldest = 0;

    double *place(double value) { return std::lower_bound(sorted, sorted + count, value); }

    void insert(double value) {
        double *free = place(value);
        std::move_backward(free, sorted + count, sorted + count + 1);
        *free = value;
    }

    // What lies between the two places moves by one, and nothing else.
    void replace(double left, double value) {
        double *gap = place(left), *free = place(value);
        if (gap < free) {
            std::move(gap + 1, free, gap);
            free[-1] = value;
        } else {
            std::move_backward(free, gap, gap + 1);
            *free = value;
        }
    }
};

struct Update {
    uint32_t pair;
    double spread;
};

// Draws as `Seeded` and `FrameMarket` do, so both sides get the same quotes.
class Market {
  public:
    explicit Market(uint64_t symbols) : symbols(symbols), cents(symbols), standing(symbols * venues) {
        for (int64_t &price : cents) price = 10000 + static_cast<int64_t>(below(5000000));
    }

    // The spreads that the next quote moves, to the end of `updates`: fewer than four until all venues have a quote.
    void quote(std::vector<Update> &updates) {
        uint64_t symbol = below(symbols), venue = quotes++ / burst % venues;
        int64_t sign = below(2) == 0 ? 1 : -1, step = 1 + static_cast<int64_t>(below(5));
        cents[symbol] = std::max<int64_t>(1000, cents[symbol] + sign * step);
        int64_t *bids = &standing[symbol * venues];
        bids[venue] = cents[symbol];
        for (uint64_t other = 0; other < venues; other++) {
            if (other == venue || bids[other] == 0) continue;
            updates.push_back({pair(symbol, venue, other), spread(bids[venue], bids[other])});
            updates.push_back({pair(symbol, other, venue), spread(bids[other], bids[venue])});
        }
    }

  private:
    uint64_t state = 1, quotes = 0, symbols;
    std::vector<int64_t> cents;
    // The bids, in cents; 0 until the first one. Each ask is a cent more.
    std::vector<int64_t> standing;

    uint64_t below(uint64_t bound) {
        uint64_t mixed = state += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return (mixed ^ (mixed >> 31)) % bound;
    }

    static uint32_t pair(uint64_t symbol, uint64_t sell, uint64_t buy) {
        return static_cast<uint32_t>(symbol * pairs_of_symbol + sell * (venues - 1) + buy - (buy > sell));
    }

    static double spread(int64_t bid, int64_t other_bid) {
        return (static_cast<double>(bid) / static_cast<double>(other_bid + 1) - 1) * 100;
    }
};

double thread_cpu() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

int measure(uint64_t symbols, uint64_t warm_up, uint64_t quotes) {
    std::vector<Pair> pairs(symbols * pairs_of_symbol);
    Market market(symbols);
    std::vector<Update> updates;
    for (uint64_t drawn = 0; drawn < warm_up; drawn++) {
        updates.clear();
        market.quote(updates);
        for (const Update &update : updates) pairs[update.pair].keep(update.spread);
    }
    for (Pair &pair : pairs) pair.sort();
    const auto full = std::count_if(pairs.begin(), pairs.end(), [](const Pair &pair) { return pair.is_full(); });
    updates.clear();
    for (uint64_t drawn = 0; drawn < quotes; drawn++) market.quote(updates);
    double upper = 0, lower = 0;
    const double begun = thread_cpu();
    for (const Update &update : updates) {
        const Band band = pairs[update.pair].update(update.spread);
        upper += band.upper;
        lower += band.lower;
    }
    const double seconds = thread_cpu() - begun;
    const double count = static_cast<double>(updates.size());
    printf("{\"name\":\"bands bound c++\",\"pairs\":%zu,\"full\":%td,\"ops\":%.0f,\"us_cpu_per_op\":%.5f,"
           "\"sum_hi\":%.9f,\"sum_lo\":%.9f}\n",
           pairs.size(), full, count, seconds / count * 1e6, upper, lower);
    return 0;
}

// Of the last 200 spreads, sorted anew: where `ceil(n q)` of them end.
double sorted_quantile(const std::vector<double> &spreads, double quantile) {
    std::vector<double> last(spreads.end() - std::min<std::ptrdiff_t>(most, static_cast<std::ptrdiff_t>(spreads.size())), spreads.end());
    std::sort(last.begin(), last.end());
    return last[static_cast<size_t>(std::ceil(static_cast<double>(last.size()) * quantile - 1e-9)) - 1];
}

int check() {
    constexpr uint64_t symbols = 4, quotes = 10000;
    std::vector<Pair> pairs(symbols * pairs_of_symbol);
    std::vector<std::vector<double>> came(pairs.size());
    Market market(symbols);
    std::vector<Update> updates;
    for (uint64_t drawn = 0; drawn < quotes; drawn++) market.quote(updates);
    size_t wrong = 0;
    for (const Update &update : updates) {
        const Band band = pairs[update.pair].update(update.spread);
        std::vector<double> &spreads = came[update.pair];
        spreads.push_back(update.spread);
        wrong += band.upper != sorted_quantile(spreads, 0.97) || band.lower != sorted_quantile(spreads, 0.03);
    }
    const bool filled = std::all_of(pairs.begin(), pairs.end(), [](const Pair &pair) { return pair.is_full(); });
    printf("{\"name\":\"bands bound check\",\"ops\":%zu,\"wrong\":%zu,\"filled\":%s}\n", updates.size(), wrong,
           filled ? "true" : "false");
    return wrong == 0 && filled ? 0 : 1;
}

// 0 where it is no number above it; a few million are enough.
uint64_t number(const char *text) {
    const unsigned long long value = strtoull(text, nullptr, 10);
    return value <= 100000000 ? value : 0;
}

}  // namespace

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--check") == 0) return check();
    if (count == 4) {
        const uint64_t symbols = number(arguments[1]), warm_up = number(arguments[2]), quotes = number(arguments[3]);
        if (symbols > 0 && quotes > 0) return measure(symbols, warm_up, quotes);
    }
    fprintf(stderr, "usage: bands_bound SYMBOLS WARM_UP QUOTES, or bands_bound --check\n");
    return 64;
}
