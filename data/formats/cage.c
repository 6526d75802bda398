/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "cage.h"

#include "cj-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define SLOWNESS (RUNNING_ON_VALGRIND ? 50u : 1u) /* times that code takes longer */
#else
#define SLOWNESS 1u
#endif

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* What the child may still ask of the kernel: memory, locks, the time, the end. */
static const guint calls[] = {
  SYS_mmap,           SYS_munmap,       SYS_mremap,      SYS_mprotect,      SYS_brk,
  SYS_madvise,        SYS_futex,        SYS_sched_yield, SYS_clock_gettime, SYS_gettimeofday,
  SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_getpid,        SYS_gettid,
  SYS_exit,           SYS_exit_group,
};

/* Everything else fails, and writing to any file but `out`. A kernel that knows no filters leaves the
 * limits. */
static void
forbid (int out)
{
#ifdef ARCHITECTURE
  struct sock_filter code[2 * G_N_ELEMENTS (calls) + 16];
  struct sock_fprog program = { .filter = code };
  guint n = 0;

#define LOAD(field)                                                                                \
  (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, field))
#define IF(value, yes, no) (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANSWER(what) (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, what)
  code[n++] = LOAD (arch);
  code[n++] = IF (ARCHITECTURE, 1, 0);
  code[n++] = ANSWER (SECCOMP_RET_KILL);
  code[n++] = LOAD (nr);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      code[n++] = IF (calls[i], 0, 1);
      code[n++] = ANSWER (SECCOMP_RET_ALLOW);
    }
  code[n++] = IF (SYS_write, 1, 0);
  code[n++] = ANSWER (SECCOMP_RET_ERRNO | EPERM);
  code[n++] = LOAD (args[0]);
  code[n++] = IF ((guint) out, 1, 0);
  code[n++] = ANSWER (SECCOMP_RET_ERRNO | EPERM);
  code[n++] = ANSWER (SECCOMP_RET_ALLOW);
#undef LOAD
#undef IF
#undef ANSWER
  program.len = (unsigned short) n;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
  (void) out;
#endif
}

static void
limit (int what, gsize most)
{
  const struct rlimit limits = { most, most };

  setrlimit (what, &limits);
}

static G_GNUC_NORETURN void
be_child (CjdCageFunc func, const void *bytes, gsize size, guint flags, const CjdCageLimits *limits,
          gsize mapped, int out)
{
  static const int signals[]
      = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTERM, SIGTRAP, SIGXFSZ };
  const int nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  sigset_t none;

  /* what this process does about its own crashes is not for the child's */
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  alarm (60
         + 20 * limits->seconds
               * SLOWNESS); /* one that waits for ever takes no time of a processor */
  if (nowhere >= 0)
    {
      dup2 (nowhere, STDOUT_FILENO);
      dup2 (nowhere, STDERR_FILENO);
    }
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_CPU, limits->seconds * SLOWNESS);
  limit (RLIMIT_FSIZE, limits->output);
  limit (RLIMIT_AS, mapped + limits->memory);
  forbid (out);
  func (bytes, size, flags, out);
  _exit (0);
}

/* Bytes of addresses that this process has now; a sanitizer takes most of what there are. */
static gsize
count_mapped (void)
{
  FILE *file = fopen ("/proc/self/statm", "re");
  unsigned long long pages = 0;

  if (file != NULL && fscanf (file, "%llu", &pages) != 1)
    pages = 0;
  if (file != NULL)
    fclose (file);
  return (gsize) pages * (gsize) sysconf (_SC_PAGESIZE);
}

static GBytes *
refuse (int wrong, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
               _ ("No process could be started to read it: %s. Close other programs and try "
                  "again."),
               g_strerror (wrong));
  return NULL;
}

GBytes *
cjd_cage_run (CjdCageFunc func, const void *bytes, gsize size, guint flags,
              const CjdCageLimits *limits, GError **error)
{
  const gsize mapped = count_mapped ();
  const int out = memfd_create ("cajal-answer", MFD_CLOEXEC);
  g_autoptr (GMappedFile) answer = NULL;
  int wrong = errno;
  pid_t child;

  if (out < 0)
    return refuse (wrong, error);
  child = fork ();
  if (child == 0)
    be_child (func, bytes, size, flags, limits, mapped, out);
  wrong = errno;
  while (child > 0 && waitpid (child, NULL, 0) < 0 && errno == EINTR)
    ;
  if (child > 0) /* nobody else has the file now: what is mapped stays as long as it is */
    answer = g_mapped_file_new_from_fd (out, FALSE, NULL);
  close (out);
  if (child < 0)
    return refuse (wrong, error);
  return answer != NULL ? g_mapped_file_get_bytes (answer) : g_bytes_new (NULL, 0);
}
