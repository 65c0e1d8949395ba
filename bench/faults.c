/* Calls of the C library that fail when they are told to, for bench/faults.py: loaded before all others (LD_PRELOAD).

   papertide_fault(kind, error, after) arms one kind: after so many more calls below the folder that was named, the next one
   and all that follow fail with that errno; with `once` only the next one does. papertide_calls(kind) tells how many there
   were. papertide_clock(seconds, after) lets the clock of the day jump back so far after so many looks at it. Calls for
   anything outside the folder go through untouched. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE, SYNC, OPEN, RENAME, READ, KINDS };

static char folder[PATH_MAX];
static long calls[KINDS], after[KINDS];
static int error_of[KINDS], only_once[KINDS];
static long looks, jump_after = -1;
static long jump;

void papertide_under(const char *path) { snprintf(folder, sizeof folder, "%s", path); }
long papertide_calls(int kind) { return calls[kind]; }

void papertide_fault(int kind, int error, long more, int once) {
    calls[kind] = 0;
    after[kind] = more;
    error_of[kind] = error;
    only_once[kind] = once;
}

void papertide_clock(long seconds, long more) {
    looks = 0;
    jump = seconds;
    jump_after = more;
}

static int ours_by_path(const char *path) {
    char whole[PATH_MAX];
    if (!folder[0] || !path) return 0;
    if (path[0] != '/') {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return 0;
        if (snprintf(whole, sizeof whole, "%s/%s", here, path) >= (int)sizeof whole) return 0;
        path = whole;
    }
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int ours(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int fails(int kind) {
    long number = calls[kind]++;
    if (!error_of[kind] || number < after[kind]) return 0;
    if (only_once[kind] && number > after[kind]) return 0;
    errno = error_of[kind];
    return 1;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int d, const void *data, size_t size) {
    REAL(write);
    return ours(d) && fails(WRITE) ? -1 : real(d, data, size);
}
ssize_t pwrite(int d, const void *data, size_t size, off_t at) {
    REAL(pwrite);
    return ours(d) && fails(WRITE) ? -1 : real(d, data, size, at);
}
ssize_t pwrite64(int d, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    return ours(d) && fails(WRITE) ? -1 : real(d, data, size, at);
}
ssize_t writev(int d, const struct iovec *pieces, int count) {
    REAL(writev);
    return ours(d) && fails(WRITE) ? -1 : real(d, pieces, count);
}
int ftruncate(int d, off_t size) {
    REAL(ftruncate);
    return ours(d) && fails(WRITE) ? -1 : real(d, size);
}
int ftruncate64(int d, off64_t size) {
    REAL(ftruncate64);
    return ours(d) && fails(WRITE) ? -1 : real(d, size);
}
int fallocate(int d, int mode, off_t at, off_t size) {
    REAL(fallocate);
    return ours(d) && fails(WRITE) ? -1 : real(d, mode, at, size);
}
int posix_fallocate(int d, off_t at, off_t size) {
    REAL(posix_fallocate);
    return ours(d) && fails(WRITE) ? errno : real(d, at, size);
}
int fsync(int d) {
    REAL(fsync);
    return ours(d) && fails(SYNC) ? -1 : real(d);
}
int fdatasync(int d) {
    REAL(fdatasync);
    return ours(d) && fails(SYNC) ? -1 : real(d);
}
ssize_t read(int d, void *data, size_t size) {
    REAL(read);
    return ours(d) && fails(READ) ? -1 : real(d, data, size);
}
ssize_t pread(int d, void *data, size_t size, off_t at) {
    REAL(pread);
    return ours(d) && fails(READ) ? -1 : real(d, data, size, at);
}
ssize_t pread64(int d, void *data, size_t size, off64_t at) {
    REAL(pread64);
    return ours(d) && fails(READ) ? -1 : real(d, data, size, at);
}
int rename(const char *old, const char *new) {
    REAL(rename);
    return ours_by_path(new) && fails(RENAME) ? -1 : real(old, new);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define WRITES(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT))

int open(const char *path, int flags, ...) {
    REAL(open);
    MODE(flags);
    return WRITES(flags) && ours_by_path(path) && fails(OPEN) ? -1 : real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    REAL(open64);
    MODE(flags);
    return WRITES(flags) && ours_by_path(path) && fails(OPEN) ? -1 : real(path, flags, mode);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return ours_by_path(path) && fails(OPEN) ? -1 : real(path, mode);
}

int clock_gettime(clockid_t which, struct timespec *moment) {
    REAL(clock_gettime);
    int done = real(which, moment);
    if (which == CLOCK_REALTIME && jump_after >= 0 && looks++ >= jump_after) moment->tv_sec -= jump;
    return done;
}
