#!/usr/bin/env bash
# Builds and runs arb1d until Ctrl-C: against simulated venues, or with --live against the real ones.
# Environment: PORT, SYMBOLS, RATE, SEED; ARB1D_BIN and SIM_BIN run given binaries instead of building.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

# Ctrl-C reaches every process of the terminal's foreground group. make would report it as an error, so the real work
# runs in a group of its own, which gets the terminal: make sees only the status that the work ends with.
holds_terminal() {
    local group foreground
    read -r _ _ _ _ group _ _ foreground _ </proc/$$/stat
    [[ -t 0 && $group == "$foreground" ]]
}
if [[ -z ${ARB1D_RUN_PARENT:-} ]] && holds_terminal; then
    set -m
    status=0
    ARB1D_RUN_PARENT="$$ $PPID" "${BASH_SOURCE[0]}" "$@" || status=$?
    exit "$status"
fi
# Whose end is ours: the wrapper above, and make. Neither passes all its signals on.
read -r wrapper make_pid <<<"${ARB1D_RUN_PARENT:-$$ $PPID}"
[[ $(<"/proc/$make_pid/comm") == make ]] || make_pid=''
unset ARB1D_RUN_PARENT

live=no
[[ ${1:-} == --live ]] && live=yes
port="${PORT:-5000}"
symbols="${SYMBOLS:-40}"
rate="${RATE:-500}"
patience=15
[[ $live == yes ]] && patience=60
base="http://127.0.0.1:$port"
arb1d_pid='' sim_pid='' pause_pid='' stopping=no

# A child in a session of its own does not get the terminal's Ctrl-C: we stop it, in order. It dies if we are killed.
launch() {
    local log=$1
    shift
    local wrap=(setsid)
    command -v setpriv >/dev/null && wrap=(setpriv --pdeathsig TERM setsid)
    "${wrap[@]}" "$@" </dev/null >"$log" 2>&1 9>&- &
    launched=$!
}

is_running() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null; }

# stop PID SECONDS: asks, waits, then insists. Its own status is the child's.
stop() {
    local deadline=$(( SECONDS + $2 )) status=0
    kill -TERM "$1" 2>/dev/null || true
    kill -CONT "$1" 2>/dev/null || true
    while is_running "$1" && (( SECONDS < deadline )); do sleep 0.1; done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || status=$?
    return "$status"
}

stop_all() {
    local status=0
    [[ -z $pause_pid ]] || kill "$pause_pid" 2>/dev/null || true
    [[ -z $arb1d_pid ]] || stop "$arb1d_pid" 25 || status=$?
    [[ -z $sim_pid ]] || stop "$sim_pid" 5 || true
    arb1d_pid='' sim_pid=''
    return "$status"
}

on_signal() {
    [[ $stopping == no ]] || return 0
    stopping=yes
    trap '' INT TERM HUP
    printf '\nStopping ...\n'
    local status=0
    stop_all || status=$?
    if (( status != 0 )); then
        say "arb1d did not drain: it ended with status $status. Its last lines:"
        tail -n 15 .run/arb1d.log
        exit 1
    fi
    say 'Stopped. The logs stay in .run/.'
    exit 0
}

# fail PROBLEM: shows the last lines of the logs, stops what runs, ends with failure.
fail() {
    trap '' INT TERM HUP
    printf '\narb1d: %s\n' "$1" >&2
    local log
    for log in .run/arb1d.log .run/exchange-sim.log; do
        [[ -s $log ]] || continue
        printf -- '--- last lines of %s\n' "$log" >&2
        tail -n 15 "$log" >&2
    done
    stop_all || true
    exit 1
}

ended() {
    local status=0
    wait "$2" || status=$?
    fail "$1 ended by itself, with status $status. The rest was stopped."
}

check_children() {
    is_running "$arb1d_pid" || ended arb1d "$arb1d_pid"
    [[ $live == yes ]] || is_running "$sim_pid" || ended exchange-sim "$sim_pid"
    if is_abandoned; then on_signal; fi
}

# A make that got SIGINT itself waits for us inside its handler, where SIGINT (bit 2 of the mask) is blocked.
is_abandoned() {
    is_running "$wrapper" || return 0
    [[ -n $make_pid ]] || return 1
    local blocked
    blocked="$(sed -n 's/^SigBlk:[[:space:]]*//p' "/proc/$make_pid/status" 2>/dev/null || true)"
    [[ -z $blocked ]] || (( 16#$blocked & 2 ))
}

# A signal interrupts `wait`, but not `sleep`.
pause() {
    sleep "$1" 9>&- &
    pause_pid=$!
    wait "$pause_pid" || true
}

# field NAME: one value of the flat JSON object in $health.
field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" <<<"$health"; }

fetch_health() { health="$(curl -s -m 2 "$base/api/health" 2>/dev/null | tr -d '\n' || true)"; }

is_ready() {
    [[ $(curl -s -o /dev/null -m 2 -w '%{http_code}' "$base/readyz" 2>/dev/null || true) == 200 ]] || return 1
    fetch_health
    local best
    best="$(field best_net_ratio)"
    [[ -n $best && $best != null ]]
}

per_cent() { awk -v ratio="$1" 'BEGIN { printf "%+.4f %%", ratio * 100 }'; }
grouped() {
    awk -v value="$1" 'BEGIN {
        text = sprintf("%.0f", value)
        while (match(text, /[0-9][0-9][0-9][0-9]+/)) {
            end = RSTART + RLENGTH - 1
            text = substr(text, 1, end - 3) "," substr(text, end - 2)
        }
        print text
    }'
}

five_lines() {
    local age
    age="$(awk -v age="$(field best_leg_age_seconds)" 'BEGIN { printf "%.2f s", age }')"
    say "  Best net spread   $(per_cent "$(field best_net_ratio)") of the price, after fees"
    say "  Its pair          $(field best_symbol): buy at $(field best_buy_venue), sell at $(field best_sell_venue)"
    say "  Leg age           $age since the older of its two quotes changed"
    say "  Quotes a second   $(grouped "$(field quotes_per_second)")"
    say "  Drops             $(grouped "$(field drops_total)")"
}

status_line() {
    fetch_health
    [[ -n $health ]] || { printf '%s' 'no answer from arb1d'; return; }
    local best spread='no fresh pair'
    best="$(field best_net_ratio)"
    [[ -n $best && $best != null ]] &&
        spread="$(per_cent "$best") $(field best_symbol), buy $(field best_buy_venue), sell $(field best_sell_venue)"
    printf '%s | %s | %s quotes/s | drops %s' "$(field status)" "$spread" \
        "$(grouped "$(field quotes_per_second)")" "$(grouped "$(field drops_total)")"
}

write_configuration() {
    if [[ $live == yes ]]; then
        cat <<YAML
# Written by run.sh: the real venues, by their public addresses.
listen: 127.0.0.1:$port
venues:
  binance: {}
  binance-usdm: {}
  bybit: {}
  gateio: {}
discovery: {quotes: [USDT], max_instruments: 100}
YAML
        return
    fi
    local venue venue_port
    printf '# Written by run.sh: the simulated venues of this run.\nlisten: 127.0.0.1:%s\nvenues:\n' "$port"
    for venue in binance binance-usdm bybit gateio; do
        venue_port="$(tr -d '\n' <.run/ports.json | sed -n "s/.*\"$venue\": *\([0-9]*\).*/\1/p")"
        [[ -n $venue_port ]] || continue
        printf '  %s: {rest: "http://127.0.0.1:%s", websocket: "ws://127.0.0.1:%s"}\n' \
            "$venue" "$venue_port" "$venue_port"
    done
}

start_simulation() {
    launch .run/exchange-sim.log "$sim_bin" \
        --ports-file .run/ports.json --symbols "$symbols" --rate "$rate" --seed "${SEED:-1}"
    sim_pid=$launched
    local deadline=$(( SECONDS + 10 ))
    until [[ -s .run/ports.json && $(<.run/ports.json) == *'}'* ]]; do
        is_running "$sim_pid" || ended exchange-sim "$sim_pid"
        (( SECONDS < deadline )) || fail 'exchange-sim wrote no .run/ports.json within 10 s.'
        pause 0.1
    done
}

start_arb1d() {
    write_configuration >.run/arb1d.yaml
    launch .run/arb1d.log "$arb1d_bin" run --config .run/arb1d.yaml
    arb1d_pid=$launched
    local deadline=$(( SECONDS + patience ))
    until is_ready; do
        check_children
        (( SECONDS < deadline )) || fail "no spread within $patience s. arb1d answers: ${health:-nothing}."
        pause 0.2
    done
}

say_where() {
    local host
    host="$(hostname 2>/dev/null || echo this-machine)"
    cat <<TEXT

  Look:     $base/
            $base/metrics
  Try:      curl -s $base/api/health
            curl -s $base/metrics | grep arb1d_cross_spread_net_max_ratio
            curl -s '$base/readyz?verbose'
  From another machine:
            ssh -L $port:127.0.0.1:$port ${USER:-$(id -un)}@$host     then open http://127.0.0.1:$port/
  Logs:     .run/*.log      Configuration: .run/arb1d.yaml      Stop: Ctrl-C

TEXT
}

watch() {
    local second=0 line columns
    while true; do
        if (( second % 10 == 0 && second > 0 )); then
            if [[ -t 1 ]]; then
                line="$(status_line)"
                columns="$(stty size </dev/tty 2>/dev/null | cut -d ' ' -f 2)"
                printf '\r%s\033[K' "${line:0:${columns:-80}-1}"
            else
                say "$(status_line)"
            fi
        fi
        check_children
        pause 1
        second=$(( second + 1 ))
    done
}

if [[ -n ${ARB1D_BIN:-} ]]; then
    require_port "$port"
else
    scripts/check.sh run
    scripts/setup.sh run
    scripts/build.sh release
    find_swift
fi
bin="$([[ -n ${ARB1D_BIN:-} ]] || swift build -c release --show-bin-path)"
arb1d_bin="${ARB1D_BIN:-$bin/arb1d}"
sim_bin="${SIM_BIN:-$bin/exchange-sim}"

mkdir -p .run
exec 9>.run/lock
flock -n 9 || die 'this checkout already runs arb1d.' 'Stop that one with Ctrl-C, or run from another clone.'
require_port "$port"
rm -f .run/ports.json .run/arb1d.log .run/exchange-sim.log
health=''
started=$SECONDS
trap on_signal INT TERM HUP
[[ $live == yes ]] || start_simulation
start_arb1d
say '' "arb1d is up, $(( SECONDS - started )) s after its start:" ''
five_lines
say_where
watch
