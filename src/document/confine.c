/* confine.c: the jail of taizhang-document. After it a document that takes the program over can compute, and write an
 * answer: it has no file, no network, no other program, and dies with its parent.
 *
 * A build with AddressSanitizer differs in three points, because its runtime reserves terabytes of address space and
 * reports a find through more system calls: no limit of address space, stderr stays open (program.c), and a forbidden
 * call fails instead of killing. */
#include "document/inside.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { JAIL_MEMORY_BYTES = 1 << 30, JAIL_CPU_SECONDS = 10 };

static const struct { int what; rlim_t soft, hard; } limits[] = {
    { RLIMIT_CPU, JAIL_CPU_SECONDS, JAIL_CPU_SECONDS + 1 },
    { RLIMIT_FSIZE, 0, 0 },
    { RLIMIT_NOFILE, 3, 3 }, /* what is open stays so; nothing comes to it */
    { RLIMIT_CORE, 0, 0 },
#if !SANITIZED
    { RLIMIT_AS, JAIL_MEMORY_BYTES, JAIL_MEMORY_BYTES },
#endif
};

static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), /* abort() */
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sigaltstack),
};

/* Libraries try these and live without: localtime looks for a time zone, stdio for a terminal. */
static const int failing[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(newfstatat), SCMP_SYS(fstat), SCMP_SYS(ioctl),
    SCMP_SYS(readlink), SCMP_SYS(lseek),
};

/* Calls below zero are not on this machine: arm64 has no open. */
static bool rule(scmp_filter_ctx jail, uint32_t action, int call)
{
    return call < 0 || !seccomp_rule_add(jail, action, call, 0);
}

static bool allow(scmp_filter_ctx jail)
{
    bool ok = true;
    for (size_t i = 0; i < COUNT(allowed); i++)
        ok = ok && rule(jail, SCMP_ACT_ALLOW, allowed[i]);
    for (size_t i = 0; i < COUNT(failing) && !SANITIZED; i++)
        ok = ok && rule(jail, SCMP_ACT_ERRNO(EPERM), failing[i]);
    /* memory, but no code */
    ok = ok && !seccomp_rule_add(jail, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    ok = ok && !seccomp_rule_add(jail, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* signals to itself alone */
    return ok && !seccomp_rule_add(jail, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

bool confine(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return false;
    for (size_t i = 0; i < COUNT(limits); i++)
        if (setrlimit((__rlimit_resource_t)limits[i].what, &(struct rlimit){ limits[i].soft, limits[i].hard }))
            return false;
    scmp_filter_ctx jail = seccomp_init(SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
    bool ok = jail && allow(jail) && !seccomp_load(jail);
    if (jail)
        seccomp_release(jail);
    return ok;
}
