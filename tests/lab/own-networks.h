/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small networks that go through every op that is written as ONNX, with weights by chance. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

guint own_networks_count (void);
const char *own_networks_get_name (guint i);
CjlProject *own_networks_make (guint i, GError **error);

G_END_DECLS
