/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Error domain of the engine. A message names the thing and the way out: "Dense “fc1” expects two
 * dimensions, got 16×5×5. Add Flatten before it." */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CJ_ERROR_PARAM,  /* a parameter value was refused */
  CJ_ERROR_GRAPH,  /* the network cannot run as drawn */
  CJ_ERROR_SHAPE,  /* shapes do not fit */
  CJ_ERROR_FILE,   /* a file is damaged or of another kind */
  CJ_ERROR_MEMORY, /* would not fit */
  CJ_ERROR_NUMBER  /* loss or weights are no longer finite */
} CjErrorCode;

#define CJ_ERROR (cj_error_quark ())
GQuark cj_error_quark (void);

G_END_DECLS
