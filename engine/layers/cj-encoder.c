/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-encoder.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

const char *const cj_encoder_ranges[] = { "sample", "fixed", NULL };

const CjPort cj_encoder_inputs[] = { { "x", "Numbers", "N …", CJ_PORT_REQUIRED }, { NULL } };
const CjPort cj_encoder_outputs[] = { { "y", "Sequence", "N T …", CJ_PORT_REQUIRED }, { NULL } };

gboolean
cj_encoder_build (CjLayerBuild *build, CjEncodeKind kind, GError **error)
{
  const CjEncoderParams *p = build->params;
  const CjEncodeAttrs attrs = { .kind = kind,
                                .steps = p->steps,
                                .each = p->range == CJ_ENCODER_SAMPLE,
                                .low = p->low,
                                .high = p->high,
                                .rate = p->rate };

  if (kind != CJ_ENCODE_REPEAT && p->range == CJ_ENCODER_FIXED && !(p->high > p->low))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("has a lowest number, %g, that is not below the highest, %g. Exchange them."),
                   p->low, p->high);
      return FALSE;
    }
  return cj_layer_build_simple (build, &cj_op_encode, &attrs, error);
}
