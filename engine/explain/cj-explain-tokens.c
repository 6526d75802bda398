/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tokens.h"

#include "cj-attention-map.h"
#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* The first row of maps of a batch: [1, H, T, T]. */
static CjTensor *
take_first (CjTensor *all)
{
  CjShape shape;
  CjTensor *first;

  if (all == NULL)
    return NULL;
  shape = all->shape;
  shape.dims[0] = 1;
  first = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (first->data, all->data, cj_tensor_bytes (first));
  cj_tensor_unref (all);
  return first;
}

static void
unref_any (gpointer tensor)
{
  if (tensor != NULL)
    cj_tensor_unref (tensor);
}

/* A grid as high and wide as the picture asks for, of all tokens or all but a first one. */
static gboolean
find_cells (CjTokens *self, const CjExplainGrid *grid)
{
  for (self->first = 0; self->first < 2; self->first++)
    {
      const gint64 n = self->t - self->first;
      const double wanted = sqrt ((double) (n * grid->w) / (double) grid->h);

      self->columns = MAX ((gint64) (wanted + 0.5), 1);
      self->rows = n / self->columns;
      if (n > 0 && self->rows * self->columns == n)
        return TRUE;
    }
  return FALSE;
}

/* Where the target is read: its own place in answers of one row a token, else the class token. */
static void
find_query (CjTokens *self, const CjExplainCall *call)
{
  const CjShape scores = cj_explained_get_score_shape (call->network);

  self->query = -1;
  if (scores.n_dims == 2 && scores.dims[0] == self->t && call->target.value == CJ_NO_VALUE)
    self->query = call->target.index / scores.dims[1];
  else if (self->columns > 0 && self->first == 1)
    self->query = 0;
}

gboolean
cj_tokens_open (CjTokens *self, const CjExplainCall *call, GError **error)
{
  CjProgram *program = cj_explained_get_program (call->network);
  const CjExplainGrid grid = cj_explain_grid (call->network);
  g_autoptr (GArray) all = cj_attention_find (program);
  g_autoptr (CjTensor) slope = cj_explain_slope (call, NULL, &self->answer);
  const CjAttention *attention = NULL;

  self->weights = g_ptr_array_new_with_free_func (unref_any);
  self->gradients = g_ptr_array_new_with_free_func (unref_any);
  self->t = all->len > 0 ? g_array_index (all, CjAttention, 0).t : 0;
  for (guint i = 0; i < all->len; i++)
    {
      attention = &g_array_index (all, CjAttention, i);
      if (!attention->self || attention->t != self->t)
        {
          g_set_error (
              error, CJ_ERROR, CJ_ERROR_PARAM,
              _ ("follows one sequence from layer to layer, and in this network an attention "
                 "looks at another one."));
          return FALSE;
        }
      g_ptr_array_add (self->weights, take_first (cj_attention_dup_weights (program, attention)));
      g_ptr_array_add (self->gradients,
                       take_first (cj_attention_dup_gradient (program, attention)));
    }
  if (grid.is_picture && !find_cells (self, &grid))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("needs tokens that are the cells of the picture, and these %lld are not."),
                   (long long) self->t);
      return FALSE;
    }
  if (!grid.is_picture && grid.w != self->t)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("needs one token for each of the %lld places of the input, and there are %lld."),
          (long long) grid.w, (long long) self->t);
      return FALSE;
    }
  find_query (self, call);
  return TRUE;
}

void
cj_tokens_clear (CjTokens *self)
{
  g_clear_pointer (&self->weights, g_ptr_array_unref);
  g_clear_pointer (&self->gradients, g_ptr_array_unref);
}

void
cj_tokens_finish (const CjTokens *self, const CjExplainCall *call, const double *values,
                  CjExplanation *explanation)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const CjShape shape
      = grid.is_picture ? cj_shape2 (self->rows, self->columns) : cj_shape1 (self->t);
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (map)[i] = (float) values[self->first + i];
  explanation->answer = self->answer;
  explanation->map = grid.is_picture ? cj_explain_enlarge (&grid, map) : map;
  explanation->coarse = grid.is_picture ? map : NULL;
}
