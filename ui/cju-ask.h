/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialog that asks for the values of a table of parameters before something is done with them. */
#pragma once

#include <cj-param.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The answer; `values` belong to the dialog. */
typedef void (*CjuAnswer) (gpointer object, gconstpointer values, gpointer data);

/* Shows the dialog with a row for each of `table`, beginning with `values` (taken, g_free). Who presses
 * `go` is answered to; not after the end of `object`, a GObject. `data` is released with the dialog. Main
 * thread. */
void cju_ask (GtkWindow *parent, const char *heading, const char *body, const char *go,
              const CjParam *table, gpointer values, gpointer object, CjuAnswer answer,
              gpointer data, GDestroyNotify release);

G_END_DECLS
