/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *const cj_spiking_resets[] = { "subtract", "zero", NULL };
const char *const cj_spiking_surrogates[]
    = { "fast-sigmoid", "arctan", "triangle", "sigmoid", "straight-through", NULL };
const char *const cj_spiking_times[] = { "bptt", "e-prop", NULL };

const CjPort cj_spiking_inputs[] = { { "x", "Current", "N T …", CJ_PORT_REQUIRED }, { NULL } };
const CjPort cj_spiking_outputs[] = { { "y", "Spikes", "N T …", CJ_PORT_REQUIRED },
                                      { "v", "Membrane", "N T …", CJ_PORT_REQUIRED },
                                      { NULL } };

gboolean
cj_spiking_refuse (CjLayerBuild *build, GError **error)
{
  g_autofree char *got = cj_shape_print_sample (cj_layer_build_shape (build, 0));

  build->mend = "direct-current";
  build->mend_port = 0;
  g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
               _ ("expects time steps × features, got %s. Put %s or another encoder before it."),
               got, _ (cj_layer_find (build->mend)->title));
  return FALSE;
}

/* What is left of a trace after a moment. */
static double
get_decay (const CjSpikingParams *p, double tau)
{
  return exp (-p->dt / tau);
}

double
cj_spiking_get_slope (const CjSpikingParams *p)
{
  static const double usual[] = { [CJ_SURROGATE_FAST_SIGMOID] = 25,
                                  [CJ_SURROGATE_ARCTAN] = 2,
                                  [CJ_SURROGATE_TRIANGLE] = 1,
                                  [CJ_SURROGATE_SIGMOID] = 25,
                                  [CJ_SURROGATE_STRAIGHT] = 1 };

  return p->slope > 0 ? p->slope : usual[p->surrogate];
}

static CjSpikesAttrs
get_attrs (const CjSpikingParams *p, CjSpikingTraits traits)
{
  const gboolean silent = (traits & CJ_SPIKING_SILENT) != 0;
  CjSpikesAttrs attrs = { .decay = p->tau > 0 ? get_decay (p, p->tau) : p->beta,
                          .threshold = silent ? 1 : p->threshold,
                          .scaled = p->scaled,
                          .silent = silent,
                          .refractory = p->refractory,
                          .reset = silent ? CJ_RESET_NONE : (CjReset) p->reset,
                          .attached = p->attached,
                          .surrogate = (CjSurrogate) p->surrogate,
                          .slope = cj_spiking_get_slope (p),
                          .height = silent ? 1 : p->height,
                          .window = p->window,
                          .eprop = p->through == CJ_SPIKING_EPROP };

  if ((traits & CJ_SPIKING_PERFECT) != 0)
    attrs.decay = 1;
  if ((traits & CJ_SPIKING_CURRENT) != 0 && p->synapse > 0)
    attrs.synapse = get_decay (p, p->synapse);
  if ((traits & CJ_SPIKING_ADAPTS) != 0)
    {
      attrs.adapt_decay = get_decay (p, p->adapt_tau);
      attrs.adapt_jump = p->adapt_jump;
    }
  return attrs;
}

/* A learned decay stays one. */
static gboolean
add_decay (CjLayerBuild *build, const CjShape *units, double start, int *out, GError **error)
{
  const CjUnaryAttrs clamp = { .kind = CJ_UNARY_CLAMP, .a = 0, .b = 1 };
  const int decay = cj_layer_build_param (build, "decay", units,
                                          (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = start });

  return cj_layer_build_emit (build, &cj_op_unary, &clamp, &decay, 1, out, error);
}

gboolean
cj_spiking_build (CjLayerBuild *build, CjSpikingTraits traits, GError **error)
{
  const CjSpikingParams *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjSpikesAttrs attrs = get_attrs (p, traits);
  int in[4] = { build->in[0], CJ_NO_VALUE, CJ_NO_VALUE, CJ_NO_VALUE };
  gint64 n_units;
  CjShape units, square;

  if (x->n_dims < 3)
    return cj_spiking_refuse (build, error);
  n_units = cj_shape_size (x) / MAX (x->dims[0] * x->dims[1], 1);
  units = cj_shape1 (n_units);
  square = cj_shape2 (n_units, n_units);
  if ((traits & CJ_SPIKING_RECURRENT) != 0)
    in[1] = cj_layer_build_param (
        build, "weight", &square,
        (CjInit){ .kind = CJ_INIT_UNIFORM, .scale = 1 / sqrt ((double) n_units) });
  if (p->learn_decay && !add_decay (build, &units, attrs.decay, &in[2], error))
    return FALSE;
  if (p->learn_threshold)
    in[3] = cj_layer_build_param (build, "threshold", &units,
                                  (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = p->threshold });
  if (!cj_layer_build_emit (build, &cj_op_spikes, &attrs, in, 4, &build->out[0], error))
    return FALSE;
  build->out[1] = build->out[0] + 1;
  if ((traits & CJ_SPIKING_SILENT) != 0)
    build->out[0] = build->out[1];
  return TRUE;
}
