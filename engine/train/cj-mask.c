/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-mask.h"

#include "cj-heads.h"

#include <math.h>
#include <string.h>

/* A tensor that may be pruned, as rows of what goes together. */
typedef struct
{
  gint64 offset, size;
  gint64 n_groups;  /* units, or synapses */
  double n_ends;    /* of the rule of Erdős and Rényi: what its units and taps sum to */
  gboolean is_last; /* nearest to the loss */
} Part;

struct _CjMask
{
  CjProgram *program;
  guint8 *flags;
  float *scores, *keys; /* of weights; of groups one after another, in one order or another */
  guint8 *goes;         /* of groups, as the keys were before */
  gint64 n_weights;
};

CjMask *
cj_mask_new (CjProgram *program)
{
  CjMask *self = g_new0 (CjMask, 1);

  self->program = program;
  cj_program_get_weights (program, &self->n_weights);
  self->flags = g_new0 (guint8, self->n_weights + 1);
  self->scores = g_new0 (float, self->n_weights + 1);
  self->keys = g_new0 (float, self->n_weights + 1);
  self->goes = g_new0 (guint8, self->n_weights + 1);
  return self;
}

void
cj_mask_free (CjMask *self)
{
  g_free (self->flags);
  g_free (self->scores);
  g_free (self->keys);
  g_free (self->goes);
  g_free (self);
}

guint8 *
cj_mask_get_flags (CjMask *self)
{
  return self->flags;
}

gboolean
cj_mask_can_prune (const CjProgramParam *param, gboolean biases)
{
  if (param->state || param->frozen)
    return FALSE;
  if (param->shape.n_dims < 2)
    return biases && strstr (param->name, "bias") != NULL;
  return cj_init_connects (&param->init);
}

CJ_CLONES void
cj_mask_hold_gradients (const guint8 *restrict flags, float *restrict g, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    g[i] = (flags[i] & CJ_MASK_PRUNED) != 0 ? 0 : g[i];
}

CJ_CLONES void
cj_mask_hold_weights (const guint8 *restrict flags, float *restrict w, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float bounded = (flags[i] & CJ_MASK_POSITIVE) != 0   ? (w[i] > 0 ? w[i] : 0)
                            : (flags[i] & CJ_MASK_NEGATIVE) != 0 ? (w[i] < 0 ? w[i] : 0)
                                                                 : w[i];

      w[i] = (flags[i] & CJ_MASK_PRUNED) != 0 ? 0 : bounded;
    }
}

CJ_CLONES gint64
cj_mask_count (const guint8 *flags, gint64 n)
{
  gint64 count = 0;

  for (gint64 i = 0; i < n; i++)
    count += flags[i] & CJ_MASK_PRUNED;
  return count;
}

/* --- parts --- */

static GArray *
list_parts (const CjMask *self, const CjPruning *pruning)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (Part));
  const gboolean units = pruning->pattern == CJ_PRUNE_UNIT;
  guint last = G_MAXUINT;

  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->program, i);
      Part part = { param->offset, param->size };

      if (!cj_mask_can_prune (param, pruning->biases && !units))
        continue;
      for (guint a = 0; a < param->shape.n_dims; a++)
        part.n_ends += (double) param->shape.dims[a];
      part.n_groups = units ? param->shape.dims[0] : param->size;
      if (param->shape.n_dims >= 2)
        last = parts->len;
      g_array_append_val (parts, part);
    }
  if (last != G_MAXUINT)
    g_array_index (parts, Part, last).is_last = TRUE;
  return parts;
}

/* The scores of a part, and the keys of its groups: what is gone comes first. A group is worth the root
 * of its mean squared score, so that wide and narrow layers compare. */
static void
score_part (CjMask *self, const CjPrunerInfo *info, const Part *part, const CjMaskView *view,
            float *keys)
{
  const gint64 width = part->size / MAX (part->n_groups, 1);
  float *scores = self->scores + part->offset;
  CjRng rng;

  cj_rng_init (&rng, view->seed, CJ_RNG_PRUNE, view->step);
  info->score (&(CjPrunerSlice){ .w = view->w + part->offset,
                                 .g = view->g != NULL ? view->g + part->offset : NULL,
                                 .moved = view->moved != NULL ? view->moved + part->offset : NULL,
                                 .offset = part->offset,
                                 .n = part->size,
                                 .rng = &rng },
               scores);
  for (gint64 k = 0; k < part->n_groups; k++)
    {
      const guint8 *flags = self->flags + part->offset + k * width;
      double sum = 0;

      for (gint64 i = k * width; i < (k + 1) * width; i++)
        sum += width > 1 ? (double) scores[i] * scores[i] : (double) scores[i];
      keys[k] = cj_mask_count (flags, width) == width ? -INFINITY
                : width > 1                           ? (float) sqrt (sum / (double) width)
                                                      : (float) sum;
      if (isnan (keys[k]))
        keys[k] = 0;
    }
}

/* The value of rank `k` (from 0) among n; the numbers change places. Hoare's selection. */
static float
select_rank (float *v, gint64 n, gint64 k)
{
  gint64 from = 0, to = n - 1;

  while (from < to)
    {
      const float a = v[from], b = v[from + (to - from) / 2], c = v[to];
      const float pivot = MAX (MIN (a, b), MIN (MAX (a, b), c));
      gint64 i = from, j = to;

      while (i <= j)
        {
          while (v[i] < pivot)
            i++;
          while (v[j] > pivot)
            j--;
          if (i <= j)
            {
              const float swapped = v[i];

              v[i++] = v[j];
              v[j--] = swapped;
            }
        }
      if (k <= j)
        to = j;
      else if (k >= i)
        from = i;
      else
        break;
    }
  return v[k];
}

/* Marks the `m` lowest of n keys; of those that are equal, the first. `spare` holds n numbers. */
static void
mark_lowest (const float *keys, gint64 n, gint64 m, float *spare, guint8 *goes)
{
  gint64 equal = m;
  float limit;

  memset (goes, 0, (gsize) n);
  if (m <= 0 || n == 0)
    return;
  memcpy (spare, keys, sizeof (float) * (gsize) n);
  limit = select_rank (spare, n, MIN (m, n) - 1);
  for (gint64 i = 0; i < n; i++)
    equal -= keys[i] < limit;
  for (gint64 i = 0; i < n; i++)
    goes[i] = keys[i] < limit || (keys[i] == limit && equal-- > 0);
}

static void
take_groups (CjMask *self, const Part *part, const guint8 *goes)
{
  const gint64 width = part->size / MAX (part->n_groups, 1);

  for (gint64 k = 0; k < part->n_groups; k++)
    for (gint64 i = k * width; goes[k] && i < (k + 1) * width; i++)
      self->flags[part->offset + i] |= CJ_MASK_PRUNED;
}

/* Every layer keeps `density` of the whole: in parts of n groups each keeps a share ε (n_in + n_out + …)
 * / (n_in n_out …), and what would keep more than all keeps all (Evci et al. 2020, section 3). */
static void
share_out (const GArray *parts, double sparsity, double *kept)
{
  double total = 0, taken = 0, weight = 1;
  gboolean more = TRUE;

  for (guint i = 0; i < parts->len; i++)
    {
      total += (double) g_array_index (parts, Part, i).size;
      kept[i] = 0;
    }
  while (more && weight > 0)
    {
      double scale;

      more = FALSE;
      weight = taken = 0;
      for (guint i = 0; i < parts->len; i++)
        {
          const Part *part = &g_array_index (parts, Part, i);

          taken += kept[i] >= 1 ? (double) part->size : 0;
          weight += kept[i] >= 1 ? 0 : part->n_ends;
        }
      scale = weight > 0 ? MAX (total * (1 - sparsity) - taken, 0) / weight : 0;
      for (guint i = 0; i < parts->len; i++)
        {
          const Part *part = &g_array_index (parts, Part, i);

          if (kept[i] >= 1)
            continue;
          kept[i] = scale * part->n_ends / (double) part->size;
          more |= kept[i] >= 1;
        }
    }
}

static void
prune_layers (CjMask *self, const CjPruning *pruning, const GArray *parts, const CjPruneDue *due,
              const CjMaskView *view)
{
  g_autofree double *kept = g_new (double, parts->len + 1);

  if (pruning->scope == CJ_PRUNE_ERDOS)
    share_out (parts, due->sparsity, kept);
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);
      const double share = pruning->scope == CJ_PRUNE_ERDOS ? 1 - MIN (kept[i], 1)
                           : part->is_last                  ? due->last
                                                            : due->sparsity;
      const gint64 m = (gint64) round (share * (double) part->n_groups);

      score_part (self, cj_pruning_get_method (pruning), part, view, self->keys);
      mark_lowest (self->keys, part->n_groups, m, self->scores + part->offset, self->goes);
      take_groups (self, part, self->goes);
    }
}

static void
prune_all (CjMask *self, const CjPruning *pruning, const GArray *parts, const CjPruneDue *due,
           const CjMaskView *view)
{
  gint64 n = 0;

  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);

      score_part (self, cj_pruning_get_method (pruning), part, view, self->keys + n);
      n += part->n_groups;
    }
  mark_lowest (self->keys, n, (gint64) round (due->sparsity * (double) n), self->scores,
               self->goes);
  n = 0;
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);

      take_groups (self, part, self->goes + n);
      n += part->n_groups;
    }
}

/* The parameter that a value is, perhaps in another layout; NULL: it is none. */
static const CjProgramParam *
find_param (const CjMask *self, int value)
{
  CjBuilder *builder = cj_program_get_lowered (self->program)->builder;

  for (guint i = builder->steps->len; i-- > 0 && value != CJ_NO_VALUE;)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, i);

      if (step->out == value && g_str_has_prefix (step->op.info->id, "to-"))
        value = step->in[0];
    }
  return value != CJ_NO_VALUE && cj_builder_get_value (builder, value)->kind == CJ_VALUE_PARAM
             ? cj_program_find_param (self->program, cj_builder_get_value (builder, value)->name)
             : NULL;
}

/* What a step adds for each unit, or multiplies each with, goes for those that hear nothing. */
static void
silence (CjMask *self, const Part *part, const CjStep *step)
{
  const gint64 width = part->size / MAX (part->n_groups, 1);

  for (guint j = 1; j < step->op.n_in; j++)
    {
      const CjProgramParam *param = find_param (self, step->in[j]);

      if (param == NULL || param->frozen || param->shape.n_dims != 1
          || param->size != part->n_groups)
        continue;
      for (gint64 k = 0; k < param->size; k++)
        if (cj_mask_count (self->flags + part->offset + k * width, width) == width)
          self->flags[param->offset + k] |= CJ_MASK_PRUNED;
    }
}

/* A unit that hears nothing says nothing: its bias goes along, and what a batch normalisation right behind
 * it would make of it. */
static void
silence_units (CjMask *self, const Part *part)
{
  CjBuilder *builder = cj_program_get_lowered (self->program)->builder;
  int said = CJ_NO_VALUE; /* by the units */

  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, i);
      const CjProgramParam *weight = step->op.n_in > 1 ? find_param (self, step->in[1]) : NULL;

      if (weight != NULL && weight->offset == part->offset)
        {
          silence (self, part, step);
          said = step->out;
        }
      else if (said == CJ_NO_VALUE || step->in[0] != said)
        continue;
      else if (g_str_has_prefix (step->op.info->id, "to-"))
        said = step->out;
      else if (g_str_equal (step->op.info->id, "batch-norm"))
        silence (self, part, step);
    }
}

/* --- heads --- */

/* A head of one attention, as part of all weights. */
typedef struct
{
  const CjHeads *heads;
  gint64 head;
  const CjProgramParam *in, *bias, *out; /* bias NULL: none */
} Head;

static GArray *
list_heads (const CjMask *self, const GArray *layers)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Head));

  for (guint i = 0; i < layers->len; i++)
    {
      const CjHeads *heads = &g_array_index (layers, CjHeads, i);
      Head head = { .heads = heads,
                    .in = cj_program_find_param (self->program, heads->in),
                    .out = cj_program_find_param (self->program, heads->out) };

      if (heads->in_bias != NULL)
        head.bias = cj_program_find_param (self->program, heads->in_bias);
      if (head.in == NULL || head.out == NULL || !cj_mask_can_prune (head.in, FALSE)
          || !cj_mask_can_prune (head.out, FALSE))
        continue;
      for (head.head = 0; head.head < heads->n_heads; head.head++)
        g_array_append_val (all, head);
    }
  return all;
}

/* Does something to all runs of the head, at places in all weights. */
static void
visit_head (CjMask *self, const Head *head,
            void (*visit) (CjMask *self, gint64 first, gint64 n, gpointer data), gpointer data)
{
  for (int part = 0; part < 3; part++)
    {
      const CjHeadRun rows
          = cj_heads_get_row_run (head->heads, head->head, part, head->in->shape.dims[1]);
      const CjHeadRun biases = cj_heads_get_row_run (head->heads, head->head, part, 1);

      visit (self, head->in->offset + rows.first, rows.n, data);
      if (head->bias != NULL)
        visit (self, head->bias->offset + biases.first, biases.n, data);
    }
  for (gint64 e = 0; e < head->out->shape.dims[0]; e++)
    {
      const CjHeadRun columns = cj_heads_get_column_run (head->heads, head->head, e);

      visit (self, head->out->offset + columns.first, columns.n, data);
    }
}

typedef struct
{
  double squares;
  gint64 n, n_gone;
} HeadSum;

static void
add_scores (CjMask *self, gint64 first, gint64 n, gpointer data)
{
  HeadSum *sum = data;

  for (gint64 i = first; i < first + n; i++)
    sum->squares += (double) self->scores[i] * self->scores[i];
  sum->n += n;
  sum->n_gone += cj_mask_count (self->flags + first, n);
}

static void
take_run (CjMask *self, gint64 first, gint64 n, gpointer data)
{
  (void) data;
  for (gint64 i = first; i < first + n; i++)
    self->flags[i] |= CJ_MASK_PRUNED;
}

static void
score_param (CjMask *self, const CjPrunerInfo *info, const CjProgramParam *param,
             const CjMaskView *view)
{
  CjRng rng;

  cj_rng_init (&rng, view->seed, CJ_RNG_PRUNE, view->step);
  info->score (&(CjPrunerSlice){ .w = view->w + param->offset,
                                 .g = view->g != NULL ? view->g + param->offset : NULL,
                                 .moved = view->moved != NULL ? view->moved + param->offset : NULL,
                                 .offset = param->offset,
                                 .n = param->size,
                                 .rng = &rng },
               self->scores + param->offset);
}

/* As units: a head is worth the root of its mean squared score, and of equal ones the first go. Compared within
 * each attention, or with all of the network. */
static void
prune_heads (CjMask *self, const CjPruning *pruning, const CjPruneDue *due, const CjMaskView *view)
{
  g_autoptr (GArray) layers = cj_heads_list (cj_program_get_lowered (self->program));
  g_autoptr (GArray) all = list_heads (self, layers);
  g_autofree float *keys = g_new (float, all->len + 1), *spare = g_new (float, all->len + 1);
  g_autofree guint8 *goes = g_new (guint8, all->len + 1);

  for (guint i = 0; i < all->len; i++)
    {
      const Head *head = &g_array_index (all, Head, i);
      HeadSum sum = { 0 };

      for (int k = 0; head->head == 0 && k < 3; k++)
        if (k != 1 || head->bias != NULL)
          score_param (self, cj_pruning_get_method (pruning),
                       k == 0   ? head->in
                       : k == 1 ? head->bias
                                : head->out,
                       view);
      visit_head (self, head, add_scores, &sum);
      keys[i] = sum.n_gone == sum.n ? -INFINITY : (float) sqrt (sum.squares / (double) sum.n);
      if (isnan (keys[i]))
        keys[i] = 0;
    }
  for (guint i = 0, n; i < all->len; i += n)
    {
      n = pruning->scope == CJ_PRUNE_GLOBAL ? all->len
                                            : (guint) g_array_index (all, Head, i).heads->n_heads;
      mark_lowest (keys + i, n, (gint64) round (due->sparsity * n), spare, goes + i);
    }
  for (guint i = 0; i < all->len; i++)
    if (goes[i])
      visit_head (self, &g_array_index (all, Head, i), take_run, NULL);
}

void
cj_mask_prune (CjMask *self, const CjPruning *pruning, const CjPruneDue *due,
               const CjMaskView *view)
{
  g_autoptr (GArray) parts = list_parts (self, pruning);

  if (pruning->pattern == CJ_PRUNE_HEAD)
    prune_heads (self, pruning, due, view);
  else if (pruning->scope == CJ_PRUNE_GLOBAL)
    prune_all (self, pruning, parts, due, view);
  else
    prune_layers (self, pruning, parts, due, view);
  for (guint i = 0; pruning->pattern == CJ_PRUNE_UNIT && i < parts->len; i++)
    silence_units (self, &g_array_index (parts, Part, i));
  cj_mask_hold_weights (self->flags, view->w, self->n_weights);
}

/* --- regrowth --- */

/* What of a part is dropped: keys of those that stay are infinite. How many. */
static gint64
choose_dropped (CjMask *self, const Part *part, const CjPruning *pruning, double exchange,
                const CjMaskView *view)
{
  const float *w = view->w + part->offset;
  const guint8 *flags = self->flags + part->offset;
  gint64 n = 0, alive = 0, dead = 0;

  for (gint64 i = 0; i < part->size; i++)
    {
      const gboolean gone = (flags[i] & CJ_MASK_PRUNED) != 0;

      self->keys[i] = gone ? INFINITY : fabsf (w[i]);
      alive += !gone;
      dead += gone;
      n += !gone && w[i] == 0;
    }
  if (pruning->regrow != CJ_REGROW_SIGN)
    n = (gint64) (exchange * (double) alive);
  return MIN (n, dead);
}

/* The keys of where synapses may grow, lowest first: not where they are; by chance not where one was
 * dropped now either. */
static void
rank_growth (CjMask *self, const Part *part, const CjPruning *pruning, const CjMaskView *view)
{
  const guint8 *flags = self->flags + part->offset;
  float *scores = self->scores + part->offset;
  CjRng rng;

  cj_rng_init (&rng, view->seed, CJ_RNG_PRUNE, view->step);
  if (pruning->regrow == CJ_REGROW_GRADIENT)
    for (gint64 i = 0; i < part->size; i++)
      scores[i] = -fabsf (view->g[part->offset + i]);
  else
    cj_pruner_find ("random")->score (
        &(CjPrunerSlice){ .offset = part->offset, .n = part->size, .rng = &rng }, scores);
  for (gint64 i = 0; i < part->size; i++)
    self->keys[i] = (flags[i] & CJ_MASK_PRUNED) == 0 || isnan (scores[i])
                            || (self->goes[i] && pruning->regrow != CJ_REGROW_GRADIENT)
                        ? INFINITY
                        : scores[i];
}

static void
exchange_part (CjMask *self, const Part *part, const CjPruning *pruning, double exchange,
               const CjMaskView *view)
{
  const gint64 n = choose_dropped (self, part, pruning, exchange, view);
  const gboolean signs = pruning->regrow == CJ_REGROW_SIGN;
  guint8 *flags = self->flags + part->offset;
  float *w = view->w + part->offset;
  CjRng rng;

  mark_lowest (self->keys, part->size, n, self->scores + part->offset, self->goes);
  for (gint64 i = 0; i < part->size; i++)
    if (self->goes[i])
      {
        flags[i] = CJ_MASK_PRUNED;
        w[i] = 0;
      }
  rank_growth (self, part, pruning, view);
  mark_lowest (self->keys, part->size, n, self->scores + part->offset, self->goes);
  cj_rng_init (&rng, view->seed, CJ_RNG_PRUNE, G_MAXUINT64 - view->step);
  for (gint64 i = 0; i < part->size; i++)
    if (self->goes[i] && (flags[i] & CJ_MASK_PRUNED) != 0)
      {
        flags[i] = !signs ? 0 : cj_rng_next (&rng) % 2 ? CJ_MASK_POSITIVE : CJ_MASK_NEGATIVE;
        w[i] = 0;
      }
}

/* A synapse that has none yet is given the sign that it has. */
static void
fix_signs (CjMask *self, const Part *part, const float *w)
{
  for (gint64 i = part->offset; i < part->offset + part->size; i++)
    if (self->flags[i] == 0)
      self->flags[i] = w[i] < 0 ? CJ_MASK_NEGATIVE : CJ_MASK_POSITIVE;
}

void
cj_mask_exchange (CjMask *self, const CjPruning *pruning, const CjPruneDue *due,
                  const CjMaskView *view)
{
  g_autoptr (GArray) parts = list_parts (self, pruning);

  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = &g_array_index (parts, Part, i);

      exchange_part (self, part, pruning, due->exchange, view);
      if (pruning->regrow == CJ_REGROW_SIGN)
        fix_signs (self, part, view->w);
    }
}
