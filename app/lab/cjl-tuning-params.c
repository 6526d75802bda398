/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be set of the bench of gratings, bars and spots. */
#include "cjl-tuning.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

const char *const cjl_show_names[] = { "drifting", "static", "bars", NULL };

const CjParam cjl_tuning_params[] = {
  { .name = "contrast",
    .title = N_ ("Contrast"),
    .blurb = N_ ("Of gratings, bars and spots; 1 goes to black or white"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlTuningOptions, contrast),
    .preset = 1,
    .min = 0.01,
    .max = 1,
    .digits = 2 },
  { .name = "channels",
    .title = N_ ("Whole map"),
    .blurb = N_ ("A channel answers with the mean of its map, in place of its middle"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjlTuningOptions, mean),
    .max = 1 },
  { .name = "orientations",
    .title = N_ ("Orientations"),
    .blurb = N_ ("How many, evenly over half a turn"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlTuningOptions, n_orientations),
    .preset = 12,
    .min = 4,
    .max = 90,
    .soft_min = 4,
    .soft_max = 36 },
  { .name = "frequencies",
    .title = N_ ("Spatial frequencies"),
    .blurb = N_ ("How many, from one cycle a picture to 0.45 a pixel"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlTuningOptions, n_frequencies),
    .preset = 8,
    .min = 2,
    .max = 32,
    .soft_min = 4,
    .soft_max = 16 },
  { .name = "phases",
    .title = N_ ("Phases"),
    .blurb = N_ ("How many, evenly over one cycle; of bars the places"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlTuningOptions, n_phases),
    .preset = 8,
    .min = 4,
    .max = 64,
    .soft_min = 4,
    .soft_max = 24 },
  { .name = "sizes",
    .title = N_ ("Sizes"),
    .blurb = N_ ("How many windows and spots, from two pixels to the whole picture"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlTuningOptions, n_sizes),
    .preset = 7,
    .min = 2,
    .max = 32,
    .soft_min = 3,
    .soft_max = 16 },
  { NULL },
};

void
cjl_tuning_options_init (CjlTuningOptions *options)
{
  *options = (CjlTuningOptions){ .show = CJL_SHOW_DRIFTING };
  cj_params_reset (cjl_tuning_params, options);
}
