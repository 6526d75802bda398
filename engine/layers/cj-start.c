/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-start.h"

CjInit
cj_start_weight (const CjStart *start, gint64 fan_in, gint64 fan_out)
{
  return (CjInit){
    .kind = (CjInitKind) start->init, .fan_in = fan_in, .fan_out = fan_out, .scale = start->gain
  };
}

CjInit
cj_start_bias (const CjStart *start, gint64 fan_in)
{
  return (CjInit){ .kind = start->init == CJ_INIT_FAN_IN ? CJ_INIT_FAN_IN : CJ_INIT_ZEROS,
                   .fan_in = fan_in };
}
