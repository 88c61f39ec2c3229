// What the C library shows to GNU sources only, and so not to Swift.
#define _GNU_SOURCE
#include "CThreads.h"

#include <sched.h>

int arb1d_pin_to_core(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores);
}
