/* A pause in ms, on Windows and elsewhere. */
#ifndef PAUSE_H
#define PAUSE_H

#ifdef _WIN32
#include <windows.h>
static inline void pause_ms(unsigned milliseconds)
{
    Sleep(milliseconds);
}
#else
#include <time.h>
static inline void pause_ms(unsigned milliseconds)
{
    struct timespec pause = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    nanosleep(&pause, NULL);
}
#endif

#endif
