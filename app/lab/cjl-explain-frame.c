/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explanations as the frame of their figure. R rows, M methods; C H W picture, I numbers of a table, T
 * words of E features. */
#include "cjl-explain.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Whether one number stands for the many slopes of a word, which has no sign then. */
static gboolean
takes_length (const CjExplainerInfo *info, const CjShape *features)
{
  return features->n_dims == 2 && (info->traits & CJ_EXPLAIN_SLOPE) != 0;
}

CjTensor *
cjl_explain_flatten (const CjExplainerInfo *info, const CjShape *features, const CjTensor *map)
{
  const gboolean picture = features->n_dims == 3, length = takes_length (info, features);
  const CjShape shape
      = picture ? cj_shape2 (features->dims[1], features->dims[2]) : cj_shape1 (features->dims[0]);
  const gint64 n = cj_shape_size (&shape), parts = cj_shape_size (&map->shape) / MAX (n, 1);
  CjTensor *flat = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < n; i++)
    {
      double sum = 0;

      for (gint64 k = 0; k < parts; k++)
        {
          const double one = cj_tensor_f32 (map)[picture ? k * n + i : i * parts + k];

          sum += length ? one * one : one;
        }
      cj_tensor_f32 (flat)[i] = (float) (length ? sqrt (sum) : sum);
    }
  return flat;
}

/* How much of the difference of two answers the map's numbers add up to; NAN where they need not. */
static double
find_share (const CjExplainerInfo *info, const CjlExplainCell *cell)
{
  const double whole = cell->answer - cell->base_answer;
  double sum = 0;

  if ((info->traits & CJ_EXPLAIN_COMPLETE) == 0 || !isfinite (whole) || whole == 0)
    return NAN;
  for (gint64 i = 0; i < cj_shape_size (&cell->map->shape); i++)
    sum += cj_tensor_f32 (cell->map)[i];
  return sum / whole;
}

/* What there is to say of a cell: why it is empty, or how true its map is. */
static char *
print_note (const CjlExplanations *self, guint r, guint m)
{
  const CjlExplainCell *cell = cjl_explanations_get (self, r, m);
  const CjExplainerInfo *info = g_array_index (self->request->methods, CjlExplainMethod, m).info;
  GString *note;
  double share;

  if (cell->map == NULL) /* the tile has the method's name already */
    {
      g_autofree char *start = g_strconcat (_ (info->title), ": ", NULL);
      const char *problem = cell->problem != NULL ? cell->problem : "";

      return g_strdup (g_str_has_prefix (problem, start) ? problem + strlen (start) : problem);
    }
  note = g_string_new (NULL);
  share = find_share (info, cell);
  if (self->verdicts[m] == CJ_SANITY_FAILS)
    /* Translators: below a map: it hardly changes when what the network learned is taken away */
    g_string_append (note, _ ("fails the sanity check"));
  if (isfinite (share))
    /* Translators: below a map: its numbers add up to so much of the difference of two answers */
    g_string_append_printf (note, _ ("%sΣ %.1f %%"), note->len > 0 ? " · " : "", share * 100);
  if (isfinite (cell->deletion))
    /* Translators: below a map, areas under curves: del for deletion, ins for insertion */
    g_string_append_printf (note, _ ("%sdel %.2f · ins %.2f"), note->len > 0 ? " · " : "",
                            cell->deletion, cell->insertion);
  if (isfinite (cell->infidelity))
    /* Translators: below a map: its infidelity, 0 is perfect and 1 says nothing */
    g_string_append_printf (note, _ (" · inf %.2f"), cell->infidelity);
  if (isfinite (cell->sensitivity))
    /* Translators: below a map: its largest sensitivity, 0 is steady */
    g_string_append_printf (note, _ (" · sens %.2f"), cell->sensitivity);
  return g_string_free (note, FALSE);
}

/* "why 3?", or "why 3? It is 8". */
static char *
print_question (const CjlExplanations *self, const CjlExplainedRow *row)
{
  g_autofree char *target = cjl_explanations_dup_class (self, row->target);
  g_autofree char *predicted = cjl_explanations_dup_class (self, row->predicted);
  g_autofree char *label = row->label >= 0 ? cjl_explanations_dup_class (self, row->label) : NULL;

  if (row->target != row->predicted)
    return g_strdup_printf (_ ("why %s? It was taken for %s"), target, predicted);
  if (label != NULL && row->label != row->predicted)
    return g_strdup_printf (_ ("why %s? It is %s"), target, label);
  return g_strdup_printf (_ ("why %s?"), target);
}

static void
set_strings (CjvFrame *frame, const char *name, GPtrArray *strings)
{
  g_ptr_array_add (strings, NULL);
  cjv_frame_set_strings (frame, name, (const char *const *) strings->pdata);
}

static void
set_rows (CjvFrame *frame, const CjlExplanations *self)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) questions = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  for (guint r = 0; r < self->n_rows; r++)
    {
      g_ptr_array_add (titles, g_strdup (self->rows[r].title));
      g_ptr_array_add (questions, print_question (self, &self->rows[r]));
      for (guint i = 0; self->rows[r].words != NULL && self->rows[r].words[i] != NULL; i++)
        g_ptr_array_add (words, g_strdup (self->rows[r].words[i]));
    }
  if (words->len > 0)
    set_strings (frame, "words", words);
  set_strings (frame, "rows", titles);
  set_strings (frame, "questions", questions);
}

static void
set_methods (CjvFrame *frame, const CjlExplanations *self)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autofree float *is_signed = g_new0 (float, self->n_methods + 1);

  for (guint m = 0; m < self->n_methods; m++)
    {
      const CjExplainerInfo *info
          = g_array_index (self->request->methods, CjlExplainMethod, m).info;

      g_ptr_array_add (titles, g_strdup (_ (info->title)));
      is_signed[m] = (info->traits & CJ_EXPLAIN_SIGNED) != 0
                     && !takes_length (info, &self->rows[0].x->shape);
    }
  for (guint r = 0; r < self->n_rows; r++)
    for (guint m = 0; m < self->n_methods; m++)
      g_ptr_array_add (notes, print_note (self, r, m));
  set_strings (frame, "methods", titles);
  set_strings (frame, "notes", notes);
  cjv_frame_set_values (frame, "signed", is_signed, self->n_methods);
}

/* All maps in one array, NaN where there is none as yet. */
static void
set_maps (CjvFrame *frame, const CjlExplanations *self)
{
  const CjShape *features = &self->rows[0].x->shape;
  const gboolean picture = features->n_dims == 3;
  const CjShape shape = cj_shape4 (self->n_rows, self->n_methods, picture ? features->dims[1] : 1,
                                   picture ? features->dims[2] : features->dims[0]);
  const gint64 n = shape.dims[2] * shape.dims[3];
  CjTensor *maps = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint i = 0; i < self->n_rows * self->n_methods; i++)
    {
      g_autoptr (CjTensor) flat
          = self->cells[i].map != NULL ? cjl_explain_flatten (
                g_array_index (self->request->methods, CjlExplainMethod, i % self->n_methods).info,
                features, self->cells[i].map)
                                       : NULL;

      for (gint64 k = 0; k < n; k++)
        cj_tensor_f32 (maps)[i * n + k] = flat != NULL ? cj_tensor_f32 (flat)[k] : NAN;
    }
  cjv_frame_take_array (frame, "maps", maps);
}

/* Deletion and insertion of all maps, NaN where they are not measured as yet. */
static void
set_curves (CjvFrame *frame, const CjlExplanations *self)
{
  const CjShape shape = cj_shape4 (self->n_rows, self->n_methods, 2, CJ_FAITHFUL_STEPS + 1);
  const gint64 n = shape.dims[2] * shape.dims[3];
  CjTensor *curves = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint i = 0; i < self->n_rows * self->n_methods; i++)
    for (gint64 k = 0; k < n; k++)
      cj_tensor_f32 (curves)[i * n + k]
          = self->cells[i].curves != NULL ? cj_tensor_f32 (self->cells[i].curves)[k] : NAN;
  cjv_frame_take_array (frame, "curves", curves);
}

/* The samples as they look: pictures [R, C, H, W], or the numbers of a table [R, I]. */
static void
set_samples (CjvFrame *frame, const CjlExplanations *self)
{
  const CjShape *features = &self->rows[0].x->shape;
  const gboolean picture = self->rows[0].picture != NULL;
  const CjShape shape = cj_shape_batched (features, self->n_rows);
  const gsize n = (gsize) cj_shape_size (features);
  CjTensor *all;

  if (features->n_dims == 2)
    return;
  all = cj_tensor_new (CJ_FLOAT32, &shape);
  for (guint r = 0; r < self->n_rows; r++)
    memcpy (cj_tensor_f32 (all) + r * n,
            picture ? self->rows[r].picture->data : self->rows[r].x->data, sizeof (float) * n);
  cjv_frame_take_array (frame, features->n_dims == 3 ? "pictures" : "values", all);
}

CjvFrame *
cjl_explanations_frame (const CjlExplanations *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *provenance
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %u sample, step %llu, seed %llu",
                                      "%s, %u samples, step %llu, seed %llu", self->n_rows),
                         self->data, self->n_rows, (unsigned long long) self->step,
                         (unsigned long long) self->request->seed);

  if (self->n_rows > 0 && self->n_methods > 0)
    {
      set_maps (frame, self);
      set_samples (frame, self);
      set_rows (frame, self);
      set_methods (frame, self);
      if (self->request->measured)
        set_curves (frame, self);
      if (self->features != NULL && self->rows[0].x->shape.n_dims == 1
          && (gint64) g_strv_length (self->features) == self->rows[0].x->shape.dims[0])
        cjv_frame_set_strings (frame, "features", (const char *const *) self->features);
    }
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
