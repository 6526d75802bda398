/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "own-networks.h"

#include "cjl-format.h"
#include "cjl-network.h"
#include "cjl-template.h"
#include "safetensors.h"

#include <math.h>

#define PICTURES "glyphs", "samples=60"
#define POINTS "blobs", "samples=60"
#define CURRENTS "cues", "samples=60"
#define WORDS "sequences", "samples=60 length=7 task=parity"
#define SPIKES "rate-patterns", "samples=60 steps=9 fibres=12"

typedef struct
{
  const char *name, *source, *params, *network;
} Network;

#define UNARY(id)                                                                                  \
  {                                                                                                \
    id, POINTS, "input, dense 9, " id ", dense 4, cross-entropy"                                   \
  }
#define PICTURE(name, text)                                                                        \
  {                                                                                                \
    name, PICTURES, "input, conv-2d 6 kernel=3, " text ", cross-entropy"                           \
  }
#define SPIKING(name, text)                                                                        \
  {                                                                                                \
    name, SPIKES, "input, dense 11, " text ", spike-readout rate, dense 5, cross-entropy"          \
  }

/* clang-format off: a network a line */
static const Network networks[] = {
  UNARY ("relu"),
  UNARY ("leaky-relu"),
  UNARY ("elu"),
  UNARY ("celu"),
  UNARY ("selu"),
  UNARY ("gelu"),
  UNARY ("silu"),
  UNARY ("mish"),
  UNARY ("hardswish"),
  UNARY ("hardsigmoid"),
  UNARY ("hardtanh"),
  UNARY ("sigmoid"),
  UNARY ("log-sigmoid"),
  UNARY ("tanh"),
  UNARY ("tanhshrink"),
  UNARY ("softsign"),
  UNARY ("softplus"),
  UNARY ("prelu"),
  UNARY ("relu6"),
  UNARY ("softmax"),
  UNARY ("log-softmax"),
  UNARY ("rms-norm"),
  UNARY ("layer-norm"),
  UNARY ("batch-norm"),
  UNARY ("gain"),
  UNARY ("quantise"),
  UNARY ("homeostasis"),
  UNARY ("dropout"),
  UNARY ("divisive-norm"),
  UNARY ("lateral-inhibition"),
  { "k-winners", POINTS, "input, dense 9, k-winners k=3, dense 4, cross-entropy" },
  { "drop-connect", POINTS, "input, dense 9, drop-connect 7, dense 4, cross-entropy" },
  { "gelu-tanh", POINTS, "input, dense 9, gelu tanh, dense 4, cross-entropy" },
  { "soft-border", POINTS,
    "input, dense 9, softplus sharpness=3 linear=1, dense 4, cross-entropy" },
  { "formula", POINTS,
    "input, dense 9, formula sin(x)*exp(-x^2)+abs(x)/(1+x^2), dense 4, cross-entropy" },
  { "glu", POINTS, "input, dense 8, glu, dense 4, cross-entropy" },
  { "two-ways", POINTS,
    "input, dense 6 tanh, dense 6, add, dense 4, cross-entropy; dense1 > add1:1" },
  { "product", POINTS,
    "input, dense 6 tanh, dense 6, multiply, dense 4, cross-entropy; dense1 > multiply1:1" },
  { "side-by-side", POINTS,
    "input, dense 6 tanh, dense 5, concat, dense 4, cross-entropy; dense1 > concat1:1" },
  { "bilinear", POINTS,
    "input, dense 6 tanh, bilinear 5, dense 4, cross-entropy; input1 > bilinear1:1" },
  { "mse", POINTS, "input, dense 2, mse; input1 > mse1:1" },
  { "dale", POINTS,
    "input, dale-dense 8 inhibition=interneurons activation=relu, dense 4, cross-entropy" },
  PICTURE ("max-pool", "max-pool-2d 3 stride=2 padding=1, flatten, dense 36"),
  PICTURE ("max-pool-ceil", "max-pool-2d 3 stride=2 ceil=true, flatten, dense 36"),
  PICTURE ("avg-pool", "avg-pool-2d 3 stride=2 padding=1, flatten, dense 36"),
  PICTURE ("avg-pool-ceil", "avg-pool-2d 4 stride=3 padding=1 ceil=true, flatten, dense 36"),
  PICTURE ("adaptive-avg", "adaptive-avg-pool-2d 5, flatten, dense 36"),
  PICTURE ("adaptive-max", "adaptive-max-pool-2d 5, flatten, dense 36"),
  PICTURE ("adaptive-even", "adaptive-max-pool-2d 13, adaptive-avg-pool-2d 1, flatten, dense 36"),
  PICTURE ("global-avg", "global-avg-pool, dense 36"),
  PICTURE ("global-max", "global-max-pool, dense 36"),
  PICTURE ("pad-reflect", "pad-2d 2 1 3 0 border=reflect, global-avg-pool, dense 36"),
  PICTURE ("pad-circular", "pad-2d 2 1 3 0 border=circular, max-pool-2d, flatten, dense 36"),
  PICTURE ("pad-edge", "pad-2d 2 1 3 0 border=edge, max-pool-2d, flatten, dense 36"),
  PICTURE ("pad-cut", "pad-2d -2 1 3 -1, max-pool-2d, flatten, dense 36"),
  PICTURE ("nearest", "max-pool-2d, upsample 2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("nearest-odd", "max-pool-2d, upsample size=17, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("bilinear-two", "max-pool-2d, upsample 2 bilinear, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("bilinear-odd", "max-pool-2d, upsample size=17 mode=bilinear align-corners=true, "
                           "max-pool-2d 4, flatten, dense 36"),
  PICTURE ("transposed",
           "max-pool-2d, transposed-conv-2d 4 kernel=3 stride=2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("groups", "conv-2d 8 kernel=3 groups=2 dilation=2 stride=2, flatten, dense 36"),
  PICTURE ("batch-norm-2d", "batch-norm, relu, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("group-norm", "group-norm 2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("instance-norm", "instance-norm, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("layer-norm-2d", "layer-norm, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("local-response", "local-response-norm 3, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("local-even", "local-response-norm 4, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("local-contrast", "local-contrast-norm 5 0.3, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("surround", "lateral-inhibition, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("winners", "k-winners k=2 among=channels, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("homeostatic", "homeostasis, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("shortcut", "shortcut 9 stride=2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("shuffle", "conv-2d 4 kernel=3, pixel-shuffle 2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("permute", "permute 231, flatten, dense 36"),
  PICTURE ("split", "split 2, max-pool-2d 4, flatten, dense 36"),
  PICTURE ("mean", "mean 2, flatten, dense 36"),
  PICTURE ("sum", "sum -1 keep=true, flatten, dense 36"),
  PICTURE ("prelu-2d", "prelu, max-pool-2d 4, flatten, dense 36"),
  { "volumes", PICTURES,
    "input, reshape 1x7x7x16, conv-3d 3 kernel=3 depth=3 padding-depth=1, flatten, dense 36, "
    "cross-entropy" },
  { "vit", PICTURES,
    "input, patch-embedding 12 patch=7, class-token, sinusoidal-position, transformer-block 3 16, "
    "layer-norm, pick-token 0, dense 36, cross-entropy" },
  { "words", WORDS,
    "input, embedding 12, learned-position, transformer-block 2 16 causal=true, dense 2, "
    "cross-entropy" },
  { "attention", WORDS, "input, embedding 12, multi-head-attention 3, dense 2, cross-entropy" },
  { "masked", WORDS,
    "input, embedding 12, multi-head-attention 3, dense 2, cross-entropy; embedding1 > multi1:1; "
    "input1 > multi1:3" },
  { "decoder", WORDS,
    "input, embedding 12, transformer-decoder 2 16, dense 2, cross-entropy; embedding1 > "
    "transformer1:1" },
  { "lstm", WORDS,
    "input, embedding 5, lstm 6 layers=2 bidirectional=true, dense 2, cross-entropy" },
  { "gru", WORDS, "input, embedding 5, gru 6 bidirectional=true, dense 2, cross-entropy" },
  { "rnn", WORDS, "input, embedding 5, rnn 6, rnn 4 activation=relu, dense 2, cross-entropy" },
  { "lstm-last", CURRENTS, "input, lstm 6 output=last, dense 2, cross-entropy" },
  { "conv-1d", CURRENTS,
    "input, conv-1d 6 kernel=5 stride=2, max-pool-1d, avg-pool-1d, flatten, dense 2, "
    "cross-entropy" },
  { "transposed-1d", CURRENTS,
    "input, max-pool-1d 4, transposed-conv-1d 6 kernel=4 stride=2, max-pool-1d 4, flatten, dense "
    "2, cross-entropy" },
  { "batch-norm-rows", CURRENTS, "input, dense 5, batch-norm, flatten, dense 2, cross-entropy" },
  SPIKING ("lif", "lif refractory=2"),
  SPIKING ("lif-zero", "lif reset=zero"),
  SPIKING ("integrate", "integrate-and-fire"),
  SPIKING ("adaptive", "adaptive-lif"),
  SPIKING ("cuba", "cuba-lif"),
  SPIKING ("recurrent", "recurrent-lif"),
  SPIKING ("leaky", "leaky-integrator"),
  SPIKING ("competing", "competing-lif"),
  SPIKING ("delay", "synaptic-delay 5, lif"),
  SPIKING ("plastic", "short-term-plasticity, lif"),
  SPIKING ("changes", "delta-encoder 0.1, lif"),
  { "conductances", SPIKES,
    "input, conductance-lif 11, spike-readout rate, dense 5, cross-entropy" },
  { "current", PICTURES,
    "input, flatten, dense 9, direct-current 6, lif, spike-readout last, dense 36, cross-entropy" },
  { "latency", PICTURES,
    "input, flatten, latency-encoder 6 range=fixed, dense 9, lif, spike-readout first-spike, dense "
    "36, "
    "cross-entropy" },
  { "latency-maps", PICTURES,
    "input, latency-encoder 4 range=fixed, flatten, dense 36, cross-entropy" },
  { "chance", PICTURES,
    "input, flatten, poisson-encoder 6, dense 9, lif, spike-readout max, dense 36, cross-entropy" },
  { "votes", SPIKES, "input, dense 11, lif, spike-readout rate, class-vote 5, cross-entropy" },
};
/* clang-format on */

static CjlProject *
make_project (const Network *network, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_auto (GStrv) words = g_strsplit (network->params, " ", -1);
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      g_variant_dict_insert (&params, pair[0], "s", pair[1]);
    }
  cjl_project_begin (project);
  cjl_project_set_data (project, network->source, g_variant_dict_end (&params));
  cjl_project_commit (project, "Make", NULL);
  return cjl_graph_add_text (project->graph, network->network, error) ? g_steal_pointer (&project)
                                                                      : NULL;
}

/* Weights that are not those a layer begins with, of which many are 0 or 1; state above 0. */
static gboolean
draw_weights (CjlProject *project, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjProgram) program
      = dataset != NULL ? cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error)
                        : NULL;
  CjRng rng;

  if (program == NULL)
    return FALSE;
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 0);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const float *from = cj_program_get_param_data (program, param);
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);

      for (gint64 k = 0; k < cj_shape_size (&param->shape); k++)
        {
          const float chance = 0.2f * cj_rng_normal (&rng);

          cj_tensor_f32 (tensor)[k]
              = param->state ? fabsf (from[k] + chance) + 0.05f : from[k] + chance;
        }
      g_ptr_array_add (cjl_project_get_weights (project),
                       cjd_named_tensor_new (param->name, tensor));
    }
  return TRUE;
}

guint
own_networks_count (void)
{
  return G_N_ELEMENTS (networks);
}

const char *
own_networks_get_name (guint i)
{
  return networks[i].name;
}

CjlProject *
own_networks_make (guint i, GError **error)
{
  g_autoptr (CjlProject) project = make_project (&networks[i], error);

  return project != NULL && draw_weights (project, error) ? g_steal_pointer (&project) : NULL;
}
