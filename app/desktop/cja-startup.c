/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-startup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Seconds since the process began, loading of libraries included, to a hundredth; -1 where the system
 * does not say. */
static double
get_age (void)
{
  g_autofree char *text = NULL;
  const char *end;
  unsigned long long start;
  struct timespec now;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL)
      || (end = strrchr (text, ')')) == NULL /* the name of the program may hold anything */
      || sscanf (
             end + 1,
             " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
             &start)
             != 1
      || clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return -1;
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9
         - (double) start / (double) sysconf (_SC_CLK_TCK);
}

static void
on_painted (GdkFrameClock *clock, gpointer window)
{
  const double age = get_age ();

  g_signal_handlers_disconnect_by_data (clock, window);
  if (age >= 0)
    g_print ("first frame after %.0f ms\n", age * 1000);
  else
    g_print ("the start of the process is not known here\n");
  g_application_quit (g_application_get_default ());
}

static void
on_realize (GtkWidget *window)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_painted),
                    window);
}

void
cja_startup_measure (GtkWidget *window)
{
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), NULL);
}
