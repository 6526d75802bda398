/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window's network as a file for other programs, in one of the formats of cjl-format.h. */
#pragma once

#include "cju-window.h"

#include <cjl-format.h>

G_BEGIN_DECLS

/* Asks for the options of the format, if it has some, and for a place, writes in a thread of its own, and
 * tells what came of it. The window shows a project. Main thread. */
void cju_format_export (CjuWindow *window, const CjlFormat *format);

G_END_DECLS
