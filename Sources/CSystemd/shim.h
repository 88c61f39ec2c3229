#ifndef ARB1D_CSYSTEMD_SHIM_H
#define ARB1D_CSYSTEMD_SHIM_H
#include <systemd/sd-daemon.h>
#endif
