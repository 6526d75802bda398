/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks of Cajal that are written as ONNX and read again: the same layers, which answer alike. */
#include "cjl-onnx-export.h"
#include "onnx-canvas.h"
#include "own-networks.h"

#include <string.h>

/* What comes back with cards of single operators: steps of spiking cells moment by moment, and sums that are no layer
 * of others. */
static const char *const carded[] = {
  "adaptive", "bilinear", "chance",    "changes",     "competing", "conductances", "cuba",
  "current",  "delay",    "integrate", "k-winners",   "latency",   "latency-maps", "lif",
  "lif-zero", "plastic",  "recurrent", "soft-border", "votes",     "winners",
};

static gboolean
is_carded (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (carded); i++)
    if (g_str_equal (carded[i], name))
      return TRUE;
  return FALSE;
}

/* All networks that the export is tried with answer on the canvas as they do, by layers alone but for those above. */
static void
test_networks (void)
{
  for (guint i = 0; i < own_networks_count (); i++)
    {
      const char *name = own_networks_get_name (i);
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = own_networks_make (i, &error);
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *kinds = NULL;

      g_assert_no_error (error);
      bytes = cjl_onnx_print (project, &error);
      g_assert_no_error (error);
      kinds = onnx_canvas_check_bytes (name, bytes, NULL);
      if ((strchr (kinds, '[') != NULL || strstr (kinds, "(placeholder)") != NULL)
          != is_carded (name))
        g_test_fail_printf ("%s: is “%s”", name, kinds);
    }
}

#define PICTURE(network, kinds)                                                                    \
  onnx_canvas_check_exported ("glyphs", "samples=60",                                              \
                              "input, conv-2d 6 kernel=3, " network ", cross-entropy", kinds)
#define END "batch-norm conv-2d dense flatten "
#define AS "reshape softmax"

/* One operator, or few, for one layer. */
static void
test_pictures (void)
{
  PICTURE ("max-pool-2d 4, transposed-conv-2d 4 kernel=3 stride=2 padding=1 output-padding=1, "
           "flatten, dense 36",
           END "max-pool-2d " AS " transposed-conv-2d");
  PICTURE ("max-pool-2d 4, transposed-conv-2d 4 kernel=3x5 stride=2x3 padding=0x1 dilation=2x1 "
           "groups=2 bias=false, flatten, dense 36",
           END "max-pool-2d " AS " transposed-conv-2d");
  PICTURE ("upsample 2, max-pool-2d 8, flatten, dense 36", END "max-pool-2d " AS " upsample");
  PICTURE ("upsample 2 bilinear, max-pool-2d 8, flatten, dense 36",
           END "max-pool-2d " AS " upsample");
  PICTURE ("adaptive-avg-pool-2d 5x7, flatten, dense 36",
           "adaptive-avg-pool-2d batch-norm conv-2d dense flatten " AS);
  PICTURE ("adaptive-max-pool-2d 5x7, flatten, dense 36",
           "adaptive-max-pool-2d batch-norm conv-2d dense flatten " AS);
  PICTURE ("max-pool-2d, upsample size=17 mode=bilinear, max-pool-2d 4, flatten, dense 36",
           END "max-pool-2d 2 " AS " upsample");
  PICTURE (
      "max-pool-2d, upsample size=17 mode=bilinear align-corners=true, max-pool-2d 4, flatten, "
      "dense 36",
      END "max-pool-2d 2 " AS " upsample");
  PICTURE ("max-pool-2d, upsample size=17, max-pool-2d 4, flatten, dense 36",
           END "max-pool-2d 2 " AS " upsample");
  PICTURE ("pad-2d 2 1 3 0 border=circular, max-pool-2d 4, flatten, dense 36",
           END "max-pool-2d pad-2d " AS);
  PICTURE ("pad-2d -2 1 3 -1, max-pool-2d 4, flatten, dense 36", END "max-pool-2d pad-2d 3 " AS);
  PICTURE ("pad-2d 2 1 3 0 border=reflect, max-pool-2d 4, flatten, dense 36",
           END "max-pool-2d pad-2d " AS);
  PICTURE ("shortcut 9 stride=2, max-pool-2d 4, flatten, dense 36",
           END "max-pool-2d reshape shortcut softmax");
  PICTURE ("max-pool-2d 3 stride=2 ceil=true, flatten, dense 36", END "max-pool-2d " AS);
  PICTURE ("group-norm 2, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten group-norm max-pool-2d reshape softmax");
  PICTURE ("instance-norm, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten instance-norm max-pool-2d reshape softmax");
  PICTURE ("local-response-norm 3, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten local-response-norm max-pool-2d reshape softmax");
  PICTURE ("prelu, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten max-pool-2d prelu reshape softmax");
  PICTURE ("glu 1, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten glu max-pool-2d reshape softmax");
  PICTURE ("split 2, max-pool-2d 4, flatten, dense 36",
           "batch-norm conv-2d dense flatten max-pool-2d reshape softmax split");
  onnx_canvas_check_exported (
      "glyphs", "samples=60",
      "input, reshape 1x7x7x16, conv-3d 4 kernel=3x2 depth=3 padding-depth=1 stride-depth=2 "
      "stride=1x2 padding=0x1, flatten, dense 36, cross-entropy",
      "batch-norm conv-3d dense flatten reshape 2 softmax");
}

static void
test_sequences (void)
{
  onnx_canvas_check_exported (
      "glyphs", "samples=60",
      "input, patch-embedding 12 patch=7, class-token, learned-position, transformer-block 3 16, "
      "pick-token 0, dense 36, cross-entropy",
      "batch-norm class-token dense learned-position patch-embedding pick-token reshape softmax "
      "transformer-block");
  onnx_canvas_check_exported ("cues", "samples=60",
                              "input, max-pool-1d 4, transposed-conv-1d 6 kernel=4 stride=2 "
                              "padding=1, flatten, dense 2, cross-entropy",
                              "batch-norm dense flatten max-pool-1d softmax transposed-conv-1d");
}

#define WORDS(network, kinds)                                                                      \
  onnx_canvas_check_exported ("sequences", "samples=60 length=7 task=parity",                      \
                              "input, embedding 12, " network, kinds)

/* Marks of the padding: a word that is padding, or what is not 0. */
static void
test_padding (void)
{
  WORDS ("multi-head-attention 3 padding-word=0, dense 2, cross-entropy; input1 > multi1:3",
         "dense embedding multi-head-attention softmax");
  WORDS ("multi-head-attention 3 causal=true, dense 2, cross-entropy; input1 > multi1:3",
         "dense embedding multi-head-attention softmax");
  WORDS ("transformer-block 3 16 padding-word=1, transformer-block 3 16 padding-word=1 "
         "norm-first=false, dense 2, cross-entropy; input1 > transformer1:1; input1 > "
         "transformer2:1",
         "dense embedding softmax transformer-block 2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx-own/networks", test_networks);
  g_test_add_func ("/lab/onnx-own/pictures", test_pictures);
  g_test_add_func ("/lab/onnx-own/sequences", test_sequences);
  g_test_add_func ("/lab/onnx-own/padding", test_padding);
  return g_test_run ();
}
