/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between cjl-figure-file.c and cjl-figure-record.c. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether bytes are a zip whose first member is that of a record; whether it is whole is not said. */
gboolean cjl_figure_is_record (GBytes *bytes);

G_END_DECLS
