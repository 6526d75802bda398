/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything a person can do, by name: one table gives the keys, the window of shortcuts and the
 * command palette. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Keys of "app." and "win." actions; widgets bind their own. */
void cju_commands_set_keys (GtkApplication *application);

/* The window of shortcuts; shown by the caller. */
GtkWidget *cju_commands_new_shortcuts (GtkWindow *parent);

/* The command palette. The chosen action is activated on the first of `targets` (ends with NULL) that
 * has it. */
void cju_commands_present (GtkWindow *parent, GtkWidget *const *targets);

G_END_DECLS
