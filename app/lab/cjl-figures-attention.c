/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures of attention, from a project at rest. */
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-attention.h"
#include "cjl-heads.h"
#include "cjl-lens.h"
#include "cjl-network.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define HEAD_SAMPLES 128 /* for the loss without a head */

/* What a sample looks like to the heads. */
typedef struct
{
  GPtrArray *layers;
  GStrv tokens;
  CjTensor *picture;
  char *place;
  CjlAttentionScene scene; /* of these */
} Look;

static void
look_clear (Look *look)
{
  g_clear_pointer (&look->layers, g_ptr_array_unref);
  g_clear_pointer (&look->picture, cj_tensor_unref);
  g_strfreev (look->tokens);
  g_free (look->place);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

/* Where the layer that is asked for stands among those with attention; the last unless said. */
static gboolean
find_layer (const CjlFigureRequest *r, const GPtrArray *layers, guint *at, GError **error)
{
  const char *node = r->choice->node;

  *at = layers->len;
  for (guint i = 0; i < layers->len; i++)
    {
      const CjlAttentionLayer *layer = layers->pdata[i];

      if (node == NULL || g_str_equal (layer->node, node))
        *at = i;
    }
  if (*at < layers->len)
    return TRUE;
  if (layers->len == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("The network has no attention to show. Put a Transformer block into it."));
  else
    g_set_error (
        error, CJ_ERROR, CJ_ERROR_PARAM,
        _ ("Layer “%s” has no attention. Leave --node out, or choose a Transformer block."), node);
  return FALSE;
}

static gboolean
find_kind (const char *method, CjlAttentionKind *kind, GError **error)
{
  *kind = CJL_ATTENTION_HEADS;
  for (guint i = 0; method != NULL && i < CJL_ATTENTION_N_KINDS; i++)
    if (g_str_equal (method, cjl_attention_kinds[i]))
      {
        *kind = (CjlAttentionKind) i;
        return TRUE;
      }
  if (method != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There are no maps “%s”. Choose heads, mean, rollout or flow."), method);
  return method == NULL;
}

static gboolean
look_at (Look *look, const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  CjlAttentionKind kind;
  guint layer;

  if (program == NULL || !find_kind (r->choice->method, &kind, error))
    return FALSE;
  look->layers = cjl_attention_read (r->project->graph, program);
  if (!find_layer (r, look->layers, &layer, error))
    return FALSE;
  look->tokens = cjl_attention_name_tokens (r->dataset, cj_program_get_x (program));
  look->picture = cjl_figure_find_picture (r, program);
  look->place = cjl_figure_print_place (r);
  look->scene = (CjlAttentionScene){ .layers = look->layers,
                                     .layer = layer,
                                     .kind = kind,
                                     .query = r->choice->query,
                                     .tokens = (const char *const *) look->tokens,
                                     .picture = look->picture,
                                     .provenance = look->place };
  return TRUE;
}

CjvFrame *
cjl_figure_of_attention (const CjlFigureRequest *r, GError **error)
{
  g_auto (Look) look = { 0 };

  if (!look_at (&look, r, error))
    return NULL;
  return g_str_equal (r->id, "attention-patches") ? cjl_attention_patches_frame (&look.scene, error)
                                                  : cjl_attention_frame (&look.scene, error);
}

CjvFrame *
cjl_figure_of_heads (const CjlFigureRequest *r, GError **error)
{
  g_auto (Look) look = { 0 };
  g_autoptr (CjlHeads) heads = NULL;

  if (!look_at (&look, r, error))
    return NULL;
  heads = cjl_heads_project (r->project, r->dataset, r->choice->split, HEAD_SAMPLES, error);
  return heads != NULL ? cjl_attention_heads_frame (&look.scene, heads->change, heads->whole)
                       : NULL;
}

/* The classes that come after each token, as the data has them; NULL where it has one for all. You
 * free. */
static gint32 *
dup_truth (const CjTensor *y, gint64 n)
{
  if (y == NULL || y->dtype != CJ_INT32 || cj_shape_size (&y->shape) < n)
    return NULL;
  return g_memdup2 (y->data, sizeof (gint32) * (gsize) n);
}

CjvFrame *
cjl_figure_of_lens (const CjlFigureRequest *r, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (r->dataset, 1);
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  g_autoptr (CjlLens) lens
      = program != NULL ? cjl_lens_new (r->project->graph, &spec, error) : NULL;
  g_autoptr (CjlLensReading) reading = NULL;
  g_auto (GStrv) tokens = NULL;
  g_autofree gint32 *truth = NULL;
  g_autofree char *place = NULL;

  if (lens == NULL)
    return NULL;
  cjl_lens_apply_project (lens, r->project);
  reading = cjl_lens_read (lens, cj_program_get_x (program), G_MAXINT64);
  tokens = cjl_attention_name_tokens (r->dataset, cj_program_get_x (program));
  truth = dup_truth (cj_program_get_y (program), reading->n_tokens);
  place = cjl_figure_print_place (r);
  return cjl_lens_frame (reading, r->dataset,
                         reading->n_tokens > 1 ? (const char *const *) tokens : NULL, truth, NULL,
                         place);
}
