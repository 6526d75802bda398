/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A way of computing that may be kept away: by the environment, asked when it first matters, or by a call.
 * Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *variable; /* of the environment; the value "off" turns it off */
  gint on;              /* atomic; -1: not yet asked. Begin with it. */
} CjSwitch;

static inline gboolean
cj_switch_is_on (CjSwitch *self)
{
  gint on = g_atomic_int_get (&self->on);

  if (on < 0)
    {
      on = g_strcmp0 (g_getenv (self->variable), "off") != 0;
      g_atomic_int_set (&self->on, on);
    }
  return on;
}

static inline void
cj_switch_set (CjSwitch *self, gboolean on)
{
  g_atomic_int_set (&self->on, on != FALSE);
}

G_END_DECLS
