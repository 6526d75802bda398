/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language a program speaks, and what lies beside it in its build folder. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A folder beside the program in its build folder, `below` that folder's root, or NULL: the program is
 * installed. You free. */
char *cjl_language_find_built (const char *below);

/* The person's language for every sentence of this process, and their numbers; once, at the start of a
 * program, before any thread. Translations lie beside a program in its build folder, else where they
 * were installed. */
void cjl_language_set (void);

/* English from here on, for output that machines read; numbers stay the person's. */
void cjl_language_set_plain (void);

G_END_DECLS
