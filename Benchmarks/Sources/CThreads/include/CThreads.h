#ifndef ARB1D_CTHREADS_H
#define ARB1D_CTHREADS_H

/// Keeps the calling thread on one core. Returns 0, or -1 when the system does not allow it.
int arb1d_pin_to_core(int core);

#endif
